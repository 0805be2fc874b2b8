import type { TrainingGrant } from '@app/contracts';
import { AttemptFailure } from '../jobs/attempt-errors.js';
import type { AttemptFolder } from '../jobs/attempt-folder.js';
import type { ArchiveFile } from './archive-reader.port.js';
import { DecodedImages } from './decoded-images.js';
import { DecodedMasks } from './decoded-masks.js';
import { sideLimitsOf } from './image-side.js';
import type { LabelReader, TrainingLabels } from './label-reader.port.js';

export interface DatasetLimits {
  /** Of one image file as stored, bytes; it is in memory while it is decoded. 64 MiB: a photo of 100 megapixels. */
  readonly maxImageBytes: number;
}

export interface ArchiveRequest {
  readonly grant: TrainingGrant;
  readonly folder: AttemptFolder;
  readonly signal: AbortSignal;
  readonly cacheFile: string;
  readonly labelMapsFile: string;
  readonly onImage: () => void;
}

export interface FoundLabels {
  /** Of the dataset in the archive: empty, or its one folder with a slash behind it. */
  readonly root: string;
  readonly labels: TrainingLabels;
}

/** `decode`: an epoch looks at it; `note`: the dataset keeps it to test with. */
type ImageUse = 'decode' | 'note';

const IMAGE = /\.(jpe?g|png|webp)$/i;
export const LABELS = /^(?:([^/]+)\/)?annotations\.json$/;
/** The folder's room is measured after so many images. */
const ROOM_CHECK_IMAGES = 256;

/** One reading of a version's zip, file by file: the labels first, then the images that an epoch looks at, then their masks. */
export class ArchiveReading {
  readonly images: DecodedImages;
  readonly masks: DecodedMasks;
  found: FoundLabels | null = null;
  private uses: ReadonlyMap<string, ImageUse> | null = null;
  private decoded = 0;

  constructor(
    private readonly labels: LabelReader,
    private readonly limits: DatasetLimits,
    private readonly request: ArchiveRequest,
  ) {
    const side = request.grant.hyperparameters['image_size'];
    this.images = DecodedImages.create(request.cacheFile, typeof side === 'number' ? side : 0, sideLimitsOf(request.grant.model));
    this.masks = new DecodedMasks(request.labelMapsFile);
  }

  async visit(file: ArchiveFile, content: AsyncIterable<Uint8Array>): Promise<void> {
    this.request.signal.throwIfAborted();
    const atRoot = LABELS.exec(file.name);
    if (atRoot !== null) return this.readLabels(atRoot[1], content);
    if (isImage(file.name)) return this.image(file.name, content);
    if (isMask(file.name) && this.request.grant.task_type === 'semantic_segmentation') return this.mask(file.name, content);
    return discard(content);
  }

  async close(): Promise<void> {
    await this.images.close();
    await this.masks.close();
  }

  private async readLabels(folder: string | undefined, content: AsyncIterable<Uint8Array>): Promise<void> {
    this.found = { root: folder === undefined ? '' : `${folder}/`, labels: await this.labels.read(content, this.request.signal) };
    this.uses = usesOf(this.found);
  }

  /** Before the labels are known, each may be wanted. */
  private async image(name: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    const use = this.uses === null ? 'decode' : this.uses.get(name);
    if (use === undefined) return discard(content);
    if (use === 'note') return this.images.note(name, await this.collect(name, content));
    if (this.decoded % ROOM_CHECK_IMAGES === 0) await this.request.folder.assertRoom(this.images.bytesPerImage * ROOM_CHECK_IMAGES);
    this.decoded += 1;
    await this.images.add(name, await this.collect(name, content));
    this.request.onImage();
  }

  /** A version's masks stand behind its images: the side is known by now. */
  private async mask(name: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    const side = await this.images.settleSide();
    if (this.masks.count % ROOM_CHECK_IMAGES === 0) await this.request.folder.assertRoom(side ** 2 * ROOM_CHECK_IMAGES);
    await this.masks.add(name, await this.collect(name, content), side);
  }

  private async collect(name: string, bytes: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
    const { maxImageBytes } = this.limits;
    const chunks: Uint8Array[] = [];
    let total = 0;
    for await (const chunk of bytes) {
      total += chunk.byteLength;
      if (total > maxImageBytes) throw new AttemptFailure('too-large', `${name} of the snapshot has more than ${maxImageBytes} bytes.`, { retryable: false });
      // The reader may use its buffer again for the next chunk.
      chunks.push(Uint8Array.from(chunk));
    }
    return Buffer.concat(chunks);
  }
}

/** By the names that the archive may give the labeled images; the others are not even unpacked into memory. */
function usesOf({ root, labels }: FoundLabels): ReadonlyMap<string, ImageUse> {
  const uses = new Map<string, ImageUse>();
  for (const { fileName, split } of labels.images) {
    for (const name of [`${root}${fileName}`, `${root}images/${fileName}`]) uses.set(name, split === 'test' ? 'note' : 'decode');
  }
  return uses;
}

function isImage(name: string): boolean {
  const parts = name.split('/');
  return IMAGE.test(name) && !parts.includes('masks') && !parts.includes('__MACOSX') && !parts.some((part) => part.startsWith('.'));
}

const isMask = (name: string): boolean => /(^|\/)masks\/[^/]+\.png$/i.test(name) && !name.split('/').some((part) => part === '__MACOSX' || part.startsWith('.'));

async function discard(bytes: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of bytes) void chunk;
}

import type { ResolvedSplitMessage, TrainingGrant } from '@app/contracts';
import { writeSamples } from '../engine/samples/sample-file.js';
import type { TrainingSpec } from '../engine/training-engine.js';
import { AttemptFailure } from '../jobs/attempt-errors.js';
import type { AttemptFolder } from '../jobs/attempt-folder.js';
import type { TrainingLog } from '../training-log.js';
import type { ArchiveBytes, ArchiveReader } from './archive-reader.port.js';
import { DecodedImages } from './decoded-images.js';
import { DecodedMasks } from './decoded-masks.js';
import { sideLimitsOf } from './image-side.js';
import type { LabeledImage, LabelReader, TrainingLabels } from './label-reader.port.js';
import type { SnapshotSource } from './snapshot-source.js';
import { trainingSamples } from './training-samples.js';

export interface DatasetLimits {
  /** Of one image file as stored, bytes; it is in memory while it is decoded. 64 MiB: a photo of 100 megapixels. */
  readonly maxImageBytes: number;
}

export const DEFAULT_DATASET_LIMITS: DatasetLimits = { maxImageBytes: 64 * 1024 * 1024 };

export interface DatasetRequest {
  readonly grant: TrainingGrant;
  readonly folder: AttemptFolder;
  readonly signal: AbortSignal;
  readonly log: TrainingLog;
  /** Bytes of the snapshot and images so far. */
  readonly onProgress: (progress: { readonly bytes: number; readonly images: number }) => void;
}

export interface PreparedDataset {
  readonly spec: Omit<TrainingSpec, 'initFile'>;
  /** Who decided on the sides, and what came of it. */
  readonly split: ResolvedSplitMessage;
}

const IMAGE = /\.(jpe?g|png|webp)$/i;
const LABELS = /^(?:([^/]+)\/)?annotations\.json$/;
/** The folder's room is measured after so many images. */
const ROOM_CHECK_IMAGES = 256;
const MAX_NAMED_IMAGES = 5;
const SOURCES = { job: "job's own rule", dataset: 'dataset', automatic: 'automatic rule' } as const;

/** Turns a snapshot into what the engine reads: a file of decoded images, and samples that point into it. */
export class DatasetBuilder {
  constructor(
    private readonly snapshots: SnapshotSource,
    private readonly archive: ArchiveReader,
    private readonly labels: LabelReader,
    private readonly limits: DatasetLimits = DEFAULT_DATASET_LIMITS,
  ) {}

  async build(request: DatasetRequest): Promise<PreparedDataset> {
    const { grant, signal, log } = request;
    let bytesRead = 0;
    let reading = 0;
    let images = 0;
    const tell = (): void => request.onProgress({ bytes: bytesRead, images });
    const content = await this.snapshots.read(
      grant.snapshot,
      (bytes) => {
        reading += 1;
        images = 0;
        return this.readArchive(bytes, { ...request, cacheFile: request.folder.file(`images-${reading}.cache`), labelMapsFile: request.folder.file(`labels-${reading}.cache`), onImage: () => void (images += 1) });
      },
      {
        signal,
        log,
        onBytes: (bytes) => {
          bytesRead = bytes;
          tell();
        },
      },
    );
    return this.specOf(content, request);
  }

  private async specOf({ labels, images, masks }: ArchiveContent, { grant, folder, log }: DatasetRequest): Promise<PreparedDataset> {
    if (labels.taskType !== grant.task_type) {
      throw new AttemptFailure('validation-failed', `The snapshot is a ${labels.taskType} dataset, but the job is a ${grant.task_type} training.`, { retryable: false });
    }
    const samples = trainingSamples(labels, { images: images.byName, masks: masks.byName }, grant);
    for (const [name, reason] of [...images.failed, ...masks.failed].slice(0, MAX_NAMED_IMAGES)) log.warn(`${name} stays out: ${reason}`);
    if (samples.leftOut > 0) log.warn(`${samples.leftOut} labeled images stay out because they cannot be decoded or are missing`);
    log.info(`split by the ${SOURCES[samples.split.source]}`);
    const samplesFile = folder.file('samples.ndjson');
    await writeSamples(samplesFile, samples.samples());
    log.info(`${samples.counts.train} images to train, ${samples.counts.val} to validate, ${samples.split.test} kept to test with, ${samples.classes.length} classes, ${images.side} pixels`);
    const spec = {
      taskType: grant.task_type,
      multiLabel: labels.multiLabel,
      classes: samples.classes,
      model: grant.model,
      hyperparameters: grant.hyperparameters,
      imageSide: images.side,
      cacheFile: images.cacheFile,
      labelMapsFile: masks.file,
      samplesFile,
      snapshotSha256: grant.snapshot.sha256,
    };
    return { spec, split: samples.split };
  }

  private async readArchive(bytes: ArchiveBytes, read: ArchiveRequest): Promise<ArchiveContent> {
    const side = read.grant.hyperparameters['image_size'];
    const images = DecodedImages.create(read.cacheFile, typeof side === 'number' ? side : 0, sideLimitsOf(read.grant.model));
    const masks = new DecodedMasks(read.labelMapsFile);
    let labels: { readonly root: string; readonly labels: TrainingLabels } | null = null;
    let seen = 0;
    try {
      await this.archive.read(
        bytes,
        async (file, content) => {
          read.signal.throwIfAborted();
          const atRoot = LABELS.exec(file.name);
          if (atRoot !== null) {
            labels = { root: atRoot[1] === undefined ? '' : `${atRoot[1]}/`, labels: await this.labels.read(content, read.signal) };
          } else if (isImage(file.name)) {
            if (seen % ROOM_CHECK_IMAGES === 0) await read.folder.assertRoom(images.bytesPerImage * ROOM_CHECK_IMAGES);
            seen += 1;
            await images.add(file.name, await collect(content, { maxBytes: this.limits.maxImageBytes, name: file.name }));
            read.onImage();
          } else if (isMask(file.name) && read.grant.task_type === 'semantic_segmentation') {
            // A version's masks stand behind its images: the side is known by now.
            const side = await images.settleSide();
            if (masks.count % ROOM_CHECK_IMAGES === 0) await read.folder.assertRoom(side ** 2 * ROOM_CHECK_IMAGES);
            await masks.add(file.name, await collect(content, { maxBytes: this.limits.maxImageBytes, name: file.name }), side);
          } else await discard(content);
        },
        read.signal,
      );
      await images.finish();
    } finally {
      await images.close();
      await masks.close();
    }
    return content(labels, images, masks);
  }
}

interface ArchiveRequest extends DatasetRequest {
  readonly cacheFile: string;
  readonly labelMapsFile: string;
  readonly onImage: () => void;
}

interface ArchiveContent {
  readonly labels: TrainingLabels;
  readonly images: Pick<DecodedImages, 'byName' | 'failed' | 'side' | 'cacheFile'>;
  readonly masks: Pick<DecodedMasks, 'byName' | 'failed' | 'file'>;
}

/** Names of the labels as the archive spells them: below its one folder, and below images/ where the file gives a bare name. */
function content(found: { readonly root: string; readonly labels: TrainingLabels } | null, images: DecodedImages, masks: DecodedMasks): ArchiveContent {
  if (found === null) throw new AttemptFailure('validation-failed', 'The snapshot has no annotations.json.', { retryable: false });
  const { root, labels } = found;
  const resolve = (name: string): string => [`${root}${name}`, `${root}images/${name}`].find((one) => images.byName.has(one)) ?? `${root}${name}`;
  const spelled = (image: LabeledImage): LabeledImage => ({ ...image, fileName: resolve(image.fileName), maskFile: image.maskFile === null ? null : `${root}${image.maskFile}` });
  return { images, masks, labels: { ...labels, images: labels.images.map(spelled) } };
}

function isImage(name: string): boolean {
  const parts = name.split('/');
  return IMAGE.test(name) && !parts.includes('masks') && !parts.includes('__MACOSX') && !parts.some((part) => part.startsWith('.'));
}

const isMask = (name: string): boolean => /(^|\/)masks\/[^/]+\.png$/i.test(name) && !name.split('/').some((part) => part === '__MACOSX' || part.startsWith('.'));

async function collect(bytes: AsyncIterable<Uint8Array>, file: { readonly maxBytes: number; readonly name: string }): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of bytes) {
    total += chunk.byteLength;
    if (total > file.maxBytes) throw new AttemptFailure('too-large', `${file.name} of the snapshot has more than ${file.maxBytes} bytes.`, { retryable: false });
    // The reader may use its buffer again for the next chunk.
    chunks.push(Uint8Array.from(chunk));
  }
  return Buffer.concat(chunks);
}

async function discard(bytes: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of bytes) void chunk;
}

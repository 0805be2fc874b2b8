import { DEFAULT_ARCHIVE_LIMITS, openArchive, rangedSource, readEntry, type ArchiveEntry, type RandomAccessSource } from '@app/archive';
import { classIdsOf, FindingCollector, LabelReader, layersOfLabelMap, liveDigest, liveObjectsOf, liveObjectsOfMask, packageEntries, PackageLayout, readMaskPixels, type ImageLabels } from '@app/dice-format';
import { DomainError, newId } from '@app/kernel';
import { ObjectStore } from '@app/object-store';
import { Injectable } from '@nestjs/common';
import { BackendConfig } from '../../../config/backend-config.js';
import { LabelSource, type LoadedLabels } from '../application/ports/label-source.port.js';

/** Images in one batch, and objects after which a batch is full before that: some megabytes of labels. */
const BATCH_IMAGES = 500;
const BATCH_OBJECTS = 10_000;

interface OpenZip {
  readonly source: RandomAccessSource;
  readonly annotations: ArchiveEntry;
  /** By path from the dataset root. */
  readonly masks: ReadonlyMap<string, ArchiveEntry>;
  readonly hasMasks: boolean;
}

/** Reads the label file of an uploaded zip by ranged GETs, as it was read when the zip was validated. */
@Injectable()
export class ZipLabelSource extends LabelSource {
  constructor(
    private readonly store: ObjectStore,
    private readonly config: BackendConfig,
  ) {
    super();
  }

  async read(upload: { key: string; sizeBytes: number }, take: (batch: readonly LoadedLabels[]) => Promise<void>, signal: AbortSignal): Promise<void> {
    const zip = await this.open(upload, signal);
    const findings = new FindingCollector();
    let waiting: ImageLabels[] = [];
    let objects = 0;
    const reader = new LabelReader(findings, {
      hasMasks: zip.hasMasks,
      onImage: (image) => {
        waiting.push(image);
        objects += image.annotations.length;
      },
    });
    const hand = async (leastImages: number, leastObjects: number): Promise<void> => {
      if (waiting.length < leastImages && objects < leastObjects) return;
      const images = waiting;
      waiting = [];
      objects = 0;
      for (let start = 0; start < images.length; start += BATCH_IMAGES) await take(await loadedOf(images.slice(start, start + BATCH_IMAGES), zip, signal));
    };
    await reader.read(afterEach(readEntry(zip.source, zip.annotations, signal), () => hand(BATCH_IMAGES, BATCH_OBJECTS)));
    // It passed the validation of the upload; were it otherwise, half of it must not pass for the whole.
    if (findings.errorsTotal > 0) throw new DomainError('validation-failed', 'The label file of the zip is not what it was.', { findings: findings.errors });
    await hand(1, 1);
  }

  private async open({ key, sizeBytes }: { key: string; sizeBytes: number }, signal: AbortSignal): Promise<OpenZip> {
    const source = rangedSource(sizeBytes, async (range, inner) => (await this.store.get(key, { range: { start: range.start, end: range.end - 1 }, signal: inner ?? signal })).body);
    const directory = await openArchive(source, { ...DEFAULT_ARCHIVE_LIMITS, maxArchiveBytes: this.config.maxUploadBytes }, signal);
    const layout = new PackageLayout(packageEntries(directory));
    const masks = new Map<string, ArchiveEntry>();
    let annotations: ArchiveEntry | undefined;
    for (const entry of directory.entries()) {
      const role = entry.isDirectory ? 'junk' : layout.roleOf(entry.name);
      if (role === 'annotations') annotations = entry;
      else if (role === 'mask') masks.set(layout.inside(entry.name) ?? entry.name, entry);
    }
    if (annotations === undefined) throw new DomainError('validation-failed', 'The zip has no annotations.json.');
    return { source, annotations, masks, hasMasks: layout.hasMasks };
  }
}

/** The chunks; after the reader has done with one, `then` is waited for before the next is fetched. */
async function* afterEach(chunks: AsyncIterable<Uint8Array>, then: () => Promise<void>): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) {
    yield chunk;
    await then();
  }
}

async function loadedOf(images: readonly ImageLabels[], zip: OpenZip, signal: AbortSignal): Promise<LoadedLabels[]> {
  const loaded: LoadedLabels[] = [];
  for (const image of images) loaded.push(image.maskFile === undefined ? ofObjects(image) : await ofMask(image, image.maskFile, { zip, signal }));
  return loaded.sort((a, b) => a.number - b.number);
}

function ofObjects(image: ImageLabels): LoadedLabels {
  const { objects, nextNumber } = liveObjectsOf(image.annotations, () => newId());
  // Without masks the size has no part in the digest.
  return { number: image.id, status: image.status, noObject: image.noObject, objects, nextNumber, classIds: image.classIds, digest: liveDigest(objects, { width: 0, height: 0 }) };
}

async function ofMask(image: ImageLabels, maskFile: string, { zip, signal }: { zip: OpenZip; signal: AbortSignal }): Promise<LoadedLabels> {
  const entry = zip.masks.get(maskFile.normalize('NFC'));
  const mask = entry === undefined ? 'The mask is not in the zip.' : readMaskPixels(await gathered(readEntry(zip.source, entry, signal)));
  if (typeof mask === 'string') throw new DomainError('validation-failed', mask);
  const { objects, nextNumber } = liveObjectsOfMask(layersOfLabelMap(mask.pixels, mask), () => newId());
  return { number: image.id, status: image.status, noObject: objects.length === 0, objects, nextNumber, classIds: classIdsOf(objects), digest: liveDigest(objects, mask) };
}

/** One mask; its size was bounded when the zip was validated. */
async function gathered(bytes: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

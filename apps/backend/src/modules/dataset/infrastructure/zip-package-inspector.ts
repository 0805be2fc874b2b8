import { createHash, hash, type Hash } from 'node:crypto';
import { DEFAULT_ARCHIVE_LIMITS, openArchive, rangedSource, readEntries, readEntry, type ArchiveDirectory, type ArchiveEntry, type RandomAccessSource } from '@app/archive';
import { DicePackageValidator, ImageSniffer, packageEntries } from '@app/dice-format';
import { DomainError, type Finding } from '@app/kernel';
import { ObjectStore } from '@app/object-store';
import { Injectable } from '@nestjs/common';
import { BackendConfig } from '../../../config/backend-config.js';
import { PackageInspector, type InspectedPackage, type InspectionProgress, type PreviewedPackage } from '../application/ports/package-inspector.port.js';
import type { ZipObject } from '../application/ports/upload-storage.port.js';

/** meta.json is about a kilobyte. */
const MAX_META_BYTES = 1_000_000;
const NO_BYTES: Uint8Array = new Uint8Array(0);
/** An indexed PNG of 100 Mpx compresses below this. */
const MAX_MASK_BYTES = 50_000_000;

const OF_IMAGES: ReadonlySet<string> = new Set(['unsupported-image', 'image-too-large', 'extension-mismatch']);

/**
 * Reads the staged zip by ranged GETs: the directory, then the labels, then every entry once in the order of the file. Memory holds one
 * entry's head, not its bytes.
 */
@Injectable()
export class ZipPackageInspector extends PackageInspector {
  constructor(
    private readonly store: ObjectStore,
    private readonly config: BackendConfig,
  ) {
    super();
  }

  async preview(zip: ZipObject, signal: AbortSignal): Promise<PreviewedPackage> {
    const { source, directory, validator } = await this.open(zip, signal);
    await readLabels(source, directory, { validator, signal });
    for (const entry of directory.entries()) {
      if (validator.roleOf(entry.name) === 'meta') validator.readMeta(await gathered(readEntry(source, entry, signal), MAX_META_BYTES));
    }
    const { dataset, errors, errorsTotal } = validator.preview();
    if (dataset === null) throw refusalOf(errors, errorsTotal);
    return { ...dataset, classes: dataset.classes.map((one) => ({ classId: one.id, name: one.name, color: one.color, details: one.details, imageCount: 0 })) };
  }

  async inspect(zip: ZipObject, options: { onProgress: InspectionProgress; signal: AbortSignal }): Promise<InspectedPackage> {
    const { source, directory, validator } = await this.open(zip, options.signal);
    await readLabels(source, directory, { validator, signal: options.signal });
    let checked = 0;
    await readEntries(
      source,
      directory,
      async (entry, bytes) => {
        await visit(validator, entry, bytes);
        checked += 1;
        options.onProgress(checked, directory.entryCount);
      },
      options.signal,
    );
    return packageOf(validator);
  }

  private async open(zip: ZipObject, signal: AbortSignal): Promise<{ source: RandomAccessSource; directory: ArchiveDirectory; validator: DicePackageValidator }> {
    const source = rangedSource(zip.sizeBytes, async (range, aborted) => (await this.store.get(zip.key, { range: { start: range.start, end: range.end - 1 }, signal: aborted })).body);
    const directory = await openArchive(source, { ...DEFAULT_ARCHIVE_LIMITS, maxArchiveBytes: this.config.maxUploadBytes }, signal);
    return { source, directory, validator: new DicePackageValidator(packageEntries(directory)) };
  }
}

/** The labels first, by themselves: what they say of an image is known when the image comes by. */
async function readLabels(source: RandomAccessSource, directory: ArchiveDirectory, run: { validator: DicePackageValidator; signal: AbortSignal }): Promise<void> {
  for (const entry of directory.entries()) {
    if (run.validator.roleOf(entry.name) === 'annotations') await run.validator.readAnnotations(readEntry(source, entry, run.signal));
  }
}

async function visit(validator: DicePackageValidator, entry: ArchiveEntry, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  switch (validator.roleOf(entry.name)) {
    case 'image':
      return visitImage(validator, entry, bytes);
    case 'meta':
      return validator.readMeta(await gathered(bytes, MAX_META_BYTES));
    case 'mask':
      return validator.addMask(entry.name, await gathered(bytes, MAX_MASK_BYTES));
    case 'annotations':
    case 'junk':
    case 'other':
      // Read all the same: the CRC of every entry is checked.
      for await (const _ of bytes);
  }
}

async function visitImage(validator: DicePackageValidator, entry: ArchiveEntry, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  const digest = new ChunkedDigest();
  const sniffer = new ImageSniffer();
  for await (const chunk of bytes) {
    digest.update(chunk);
    sniffer.push(chunk);
  }
  validator.addImage({ name: entry.name, sniffed: sniffer.finish(), sha256: digest.hex(), crc32: entry.crc32, sizeBytes: entry.sizeBytes });
}

/** SHA-256. A hash object outlives many collections of young garbage, so small images, which come in one piece, do without: half the memory of 100,000 of them. */
class ChunkedDigest {
  private first: Uint8Array = NO_BYTES;
  private running: Hash | null = null;

  update(chunk: Uint8Array): void {
    if (this.running === null && this.first.byteLength === 0) this.first = chunk;
    else this.running = (this.running ?? createHash('sha256').update(this.first)).update(chunk);
  }

  hex(): string {
    return this.running === null ? hash('sha256', this.first) : this.running.digest('hex');
  }
}

async function gathered(bytes: AsyncIterable<Uint8Array>, mostBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.byteLength;
    // The rest is read and dropped; the validator tells that the file is too large by its declared size.
    if (size <= mostBytes) chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function packageOf(validator: DicePackageValidator): InspectedPackage {
  const report = validator.finish();
  if (report.dataset === null || report.errors.length > 0) throw refusalOf(report.errors, report.errorsTotal);
  const { dataset } = report;
  return {
    ...dataset,
    classes: dataset.classes.map((one) => ({ classId: one.id, name: one.name, color: one.color, details: one.details, imageCount: one.imageCount })),
    warnings: report.warnings,
  };
}

function refusalOf(findings: readonly Finding[], count: number): DomainError {
  const onlyImages = findings.length > 0 && findings.every((finding) => OF_IMAGES.has(finding.code));
  return new DomainError(onlyImages ? 'unsupported-image' : 'validation-failed', `The dataset was refused: ${count} ${count === 1 ? 'finding' : 'findings'}. Nothing of it was kept.`, { findings });
}

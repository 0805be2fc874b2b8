import { DomainError } from '@app/kernel';
import { contentHashOfSorted, labelsDigest } from './content-hash.js';
import { type BuiltImage, hashedImages, reportedImages, totalsOf } from './built-image.js';
import type { DicePreview, DiceReport, DiceReportDataset } from './dice-report.js';
import { FindingCollector } from './finding-collector.js';
import type { ImageLabels } from './image-labels.js';
import { type FileRecord, ImageTable } from './image-table.js';
import type { MaskFacts } from './indexed-png.js';
import { isObject, type JsonObject } from './json-access.js';
import { LabelReader } from './label-reader.js';
import { type EntryRole, type PackageEntry, PackageLayout } from './package-layout.js';
import { extensionFits, type SniffedImage, type SniffFailure } from './sniffed-image.js';
import type { StreamTopLevelLimits } from './stream-top-level.js';
import { readStreamedMask } from './streamed-mask.js';
import { parseStrictJson } from './strict-json.js';
import { imagePath } from './training-labels.js';

export interface ValidatorOptions {
  /** Errors and warnings kept, each. */
  readonly maxFindings?: number;
  readonly limits?: StreamTopLevelLimits;
}

export interface ImageFacts {
  readonly name: string;
  readonly sniffed: SniffedImage | SniffFailure;
  /** 64 hex digits. */
  readonly sha256: string;
  readonly crc32: number;
  readonly sizeBytes: number;
}

/** As much as one image may have, whatever its pixels. */
const MAX_IMAGE_BYTES = 100_000_000;
const EMPTY_DIGEST = labelsDigest([]);

/** Checks a DICE package fed entry by entry, in any order, and reports everything that is wrong at once. Holds no pixels and no annotations. */
export class DicePackageValidator {
  private readonly layout: PackageLayout;
  private readonly findings: FindingCollector;
  private readonly reader: LabelReader;
  private readonly images: ImageTable;
  private readonly masks = new Map<string, MaskFacts & { sha256: string }>();
  private meta: JsonObject | undefined;
  private annotationsRead = false;
  private annotationsBroken = false;

  /** The entries, which are gone through three times, are not kept. */
  constructor(entries: Iterable<PackageEntry>, options: ValidatorOptions = {}) {
    this.findings = new FindingCollector(options.maxFindings);
    this.layout = new PackageLayout(entries);
    this.reader = new LabelReader(this.findings, {
      hasMasks: this.layout.hasMasks,
      limits: options.limits,
      onImage: (image, position) => this.keep(image, position),
    });
    this.images = new ImageTable(this.checkLayout(entries));
  }

  roleOf(name: string): EntryRole {
    return this.layout.roleOf(name);
  }

  async readAnnotations(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    this.annotationsRead = true;
    try {
      await this.reader.read(chunks);
    } catch (error) {
      this.annotationsBroken = true;
      this.addRefusal(error, 'annotations.json');
    }
  }

  readMeta(bytes: Uint8Array): void {
    try {
      const value = parseStrictJson(bytes);
      if (isObject(value)) this.meta = value;
      else this.findings.error('invalid-field', 'The file meta.json is an object.', { entry: 'meta.json' });
    } catch (error) {
      this.addRefusal(error, 'meta.json');
    }
  }

  /** @throws RangeError for a name that is no image of the package. */
  addImage({ name, sniffed, ...facts }: ImageFacts): void {
    const row = this.images.rowOf(this.layout.inside(name) ?? name);
    if (row === undefined) throw new RangeError(`${name} is no image of the package.`);
    this.images.markRead(row);
    if (facts.sizeBytes > MAX_IMAGE_BYTES) this.findings.error('image-too-large', `The image has ${facts.sizeBytes} bytes; ${MAX_IMAGE_BYTES} are the most.`, { entry: name });
    if (sniffed.ok) {
      this.checkExtension(name, sniffed);
      const { width, height, orientation, format, channels } = sniffed;
      return this.images.setFile(row, { ...facts, width, height, orientation, format, channels });
    }
    const code = sniffed.code === 'too-large' ? 'image-too-large' : 'unsupported-image';
    this.findings.error(code, sniffed.message, { entry: name });
  }

  /** Tools go by the extension: another one is how a page or a program gets past them. */
  private checkExtension(name: string, { format }: SniffedImage): void {
    if (!extensionFits(name, format)) this.findings.error('extension-mismatch', `The image is a ${format} and its name does not say so.`, { entry: name });
  }

  async addMask(name: string, bytes: Uint8Array): Promise<void> {
    const facts = await readStreamedMask(bytes);
    if (typeof facts === 'string') return this.findings.error('invalid-mask', facts, { entry: name });
    this.masks.set(this.layout.inside(name) ?? name, facts);
  }

  /** What directory and labels say by themselves, before an image was read. Call it once, after both JSON files were fed, and instead of `finish`. */
  preview(): DicePreview {
    const { findings, reader } = this;
    if (!this.annotationsRead) findings.error('missing-entry', 'The package has no readable annotations.json.', { entry: 'annotations.json' });
    this.checkMeta();
    const report = { errors: findings.errors, errorsTotal: findings.errorsTotal };
    if (findings.errorsTotal > 0 || reader.taskType === undefined) return { ...report, dataset: null };
    const classes = [...reader.classes.byId.values()].sort((a, b) => a.id - b.id);
    return { ...report, dataset: { name: String(reader.head.get('dataset_name')), taskType: reader.taskType, multiLabel: reader.multiLabel, classes, numImages: this.images.paths.length } };
  }

  /** Compares what was fed and gives the report. Call it once, after everything was fed. */
  finish(): DiceReport {
    const { findings } = this;
    if (!this.annotationsRead) findings.error('missing-entry', 'The package has no readable annotations.json.', { entry: 'annotations.json' });
    for (const row of this.images.paths.keys()) this.compare(row);
    for (const [row, path] of this.images.paths.entries()) if (!this.images.wasRead(row)) findings.error('image-not-read', 'An image of the package was not read.', { entry: path });
    this.checkMeta();
    const dataset = findings.errorsTotal === 0 ? this.datasetOf() : null;
    return { errors: findings.errors, errorsTotal: findings.errorsTotal, warnings: findings.warnings, dataset };
  }

  /** The paths of the images. */
  private checkLayout(entries: Iterable<PackageEntry>): string[] {
    const roles = new Set<EntryRole>();
    const paths = new Set<string>();
    for (const { name } of entries) {
      const role = this.roleOf(name);
      roles.add(role);
      if (role === 'other') this.findings.warn('ignored-entry', 'An entry is not part of the format and was left out.', { entry: name });
      if (role !== 'image') continue;
      const path = this.layout.inside(name) ?? name;
      if (paths.has(path)) this.findings.error('duplicate-entry', 'An entry name appears twice.', { entry: name });
      paths.add(path);
    }
    if (!roles.has('meta')) this.findings.error('missing-entry', 'The package has no meta.json.', { entry: 'meta.json' });
    if (!roles.has('image')) this.findings.error('missing-entry', 'The package has no image under images/.', { entry: 'images/' });
    return [...paths];
  }

  private addRefusal(error: unknown, entry: string): void {
    if (!(error instanceof DomainError)) throw error;
    const found = error.findings.length > 0 ? error.findings : [{ code: error.code, message: error.detail }];
    for (const { code, message, ...place } of found) this.findings.error(code, message, { entry, ...place });
  }

  private keep(image: ImageLabels, position: number): void {
    const place = { pointer: `/images/${position}/file_name` };
    const row = this.images.rowOf(image.fileName) ?? this.images.rowOf(imagePath(image.fileName));
    if (row === undefined) return this.findings.error('image-missing', 'The file_name is not an image of the package.', place);
    if (this.images.hasLabels(row)) return this.findings.error('duplicate-file-name', 'A file_name appears twice.', place);
    const digest = image.annotations.length === 0 ? EMPTY_DIGEST : labelsDigest(image.annotations);
    this.images.setLabels(row, position, { ...image, digest });
  }

  private compare(row: number): void {
    const record = this.images.labels(row);
    const sniffed = this.images.file(row);
    if (record === undefined || sniffed === undefined) return;
    const path = this.images.paths[row];
    for (const side of ['width', 'height'] as const) {
      const declared = record[side];
      if (declared !== undefined && declared !== sniffed[side]) {
        this.findings.error('size-mismatch', `The ${side} is ${declared}, the image has ${sniffed[side]} pixels.`, { pointer: `${this.images.pointer(row)}/${side}`, entry: path });
      }
    }
    if (record.extent.x > sniffed.width + 1 || record.extent.y > sniffed.height + 1) {
      this.findings.error('shape-outside', 'A shape lies outside of its image by more than one pixel.', { pointer: `${this.images.pointer(row)}/annotations`, entry: path });
    }
    if (record.maskFile !== undefined) this.compareMask(record.maskFile, row, sniffed);
  }

  private compareMask(maskFile: string, row: number, sniffed: FileRecord): void {
    const pointer = `${this.images.pointer(row)}/annotation/mask_file`;
    const mask = this.masks.get(maskFile.normalize('NFC'));
    if (mask === undefined) return this.findings.error('mask-missing', 'The mask_file is not a readable mask of the package.', { pointer });
    if (mask.width !== sniffed.width || mask.height !== sniffed.height) this.findings.error('mask-size', 'A mask has another size than its image.', { pointer, entry: maskFile });
    const unknown = mask.values.find((value) => value !== 0 && value !== 255 && !this.reader.classes.byId.has(value - 1));
    if (unknown !== undefined) this.findings.error('mask-value', `The mask has the value ${unknown}, which is no class.`, { pointer, entry: maskFile });
  }

  /** Images without labels get the numbers behind the highest one. */
  private firstFreeNumber(): number {
    let next = 1;
    for (const row of this.images.paths.keys()) next = Math.max(next, this.images.id(row) + 1);
    return next;
  }

  /** One by one, so that a million images are never objects at once. */
  private *built(rows: Iterable<number>, numbers: ReadonlyMap<number, number>): Generator<BuiltImage> {
    for (const row of rows) {
      const one = this.buildOne(row, numbers.get(row) ?? 0);
      if (one !== undefined) yield one;
    }
  }

  /** The numbers of the images without labels, by row, with a warning for each. */
  private addUnlisted(): ReadonlyMap<number, number> {
    const numbers = new Map<number, number>();
    const first = this.firstFreeNumber();
    for (const [row, path] of this.images.paths.entries()) {
      if (this.images.hasLabels(row)) continue;
      this.findings.warn('image-without-entry', 'An image has no entry in images[]; it was added as unlabeled.', { entry: path });
      numbers.set(row, first + numbers.size);
    }
    return numbers;
  }

  private buildOne(row: number, freeNumber: number): BuiltImage | undefined {
    const facts = this.images.file(row);
    if (facts === undefined) return undefined;
    const record = this.images.labels(row);
    const { channels, ...file } = facts;
    const base = { number: record?.id ?? freeNumber, fileName: this.images.paths[row] ?? '', ...file, depth: record?.depth ?? channels };
    if (record === undefined) return { image: { ...base, split: null, status: 'unlabeled', classIds: [], objectCount: 0 }, noObject: false, digest: EMPTY_DIGEST };
    const { split, status, noObject, classIds, objectCount, maskFile } = record;
    const mask = maskFile === undefined ? undefined : this.masks.get(maskFile.normalize('NFC'));
    if (mask === undefined) return { image: { ...base, split, status, classIds, objectCount }, noObject, digest: this.images.digest(row) };
    // A mask that shows nothing was looked at all the same: what no_object says of other tasks.
    if (mask.values.every((value) => value === 0)) return { image: { ...base, split, status, classIds: [], objectCount: 0 }, noObject: true, digest: EMPTY_DIGEST };
    const masked = mask.values.filter((value) => value !== 0 && value !== 255).map((value) => value - 1);
    return { image: { ...base, split, status, classIds: masked, objectCount: masked.length }, noObject, digest: labelsDigest([], mask.sha256) };
  }

  private checkMeta(): void {
    const { meta, reader } = this;
    // What a broken label file says is not known: nothing to disagree with.
    if (meta === undefined || !this.annotationsRead || this.annotationsBroken) return;
    const declaredTask = meta['task_type'];
    const listed = this.images.labeledRows;
    const agreements: readonly [field: string, agrees: boolean][] = [
      ['task_type', declaredTask === reader.head.get('task_type') || declaredTask === reader.taskType],
      ['total_images', meta['total_images'] === listed || meta['total_images'] === this.images.paths.length],
      ['num_classes', meta['num_classes'] === reader.classes.byId.size],
    ];
    for (const [field, agrees] of agreements) {
      if (meta[field] !== undefined && !agrees) this.findings.error('meta-disagrees', `The ${field} of meta.json differs from annotations.json.`, { entry: 'meta.json', pointer: `/${field}` });
    }
  }

  private datasetOf(): DiceReportDataset | null {
    const { reader, images } = this;
    if (reader.taskType === undefined) return null;
    const numbers = this.addUnlisted();
    const all = (): Generator<BuiltImage> => this.built(images.paths.keys(), numbers);
    const totals = totalsOf(all());
    const classes = [...reader.classes.byId.values()].sort((a, b) => a.id - b.id);
    const hash = contentHashOfSorted({ taskType: reader.taskType, multiLabel: reader.multiLabel, classes }, hashedImages(this.built(images.rowsByPath(), numbers)));
    if (hash !== reader.head.get('content_hash')) this.findings.warn('content-hash-differs', 'The content_hash differs from the content; the computed one is kept.', { pointer: '/content_hash' });
    const splitConfig = reader.head.get('split_config');
    return {
      name: String(reader.head.get('dataset_name')),
      taskType: reader.taskType,
      multiLabel: reader.multiLabel,
      classes: classes.map((one) => ({ ...one, imageCount: totals.perClass.get(one.id) ?? 0 })),
      images: { [Symbol.iterator]: () => reportedImages(all()) },
      numImages: totals.numImages,
      numLabeled: totals.numLabeled,
      splits: totals.splits,
      splitConfig: isObject(splitConfig) ? splitConfig : null,
      contentHash: hash,
    };
  }
}

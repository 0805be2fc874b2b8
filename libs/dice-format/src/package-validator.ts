import { createHash } from 'node:crypto';
import { DomainError } from '@app/kernel';
import { contentHash, labelsDigest } from './content-hash.js';
import type { DiceReport, DiceReportDataset, DiceReportImage } from './dice-report.js';
import { FindingCollector } from './finding-collector.js';
import type { ImageLabels, LabelStatus, Split } from './image-labels.js';
import { type MaskFacts, readMaskPng } from './indexed-png.js';
import { isObject, type JsonObject } from './json-access.js';
import { LabelReader } from './label-reader.js';
import { type EntryRole, type PackageEntry, PackageLayout } from './package-layout.js';
import type { SniffedImage, SniffFailure } from './sniffed-image.js';
import type { StreamTopLevelLimits } from './stream-top-level.js';
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

/** What is kept of one image's labels: the annotations themselves only as their digest. */
interface LabelRecord {
  readonly id: number;
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly depth: number | undefined;
  readonly split: Split | null;
  readonly status: LabelStatus;
  readonly noObject: boolean;
  readonly maskFile: string | undefined;
  readonly classIds: readonly number[];
  readonly objectCount: number;
  readonly extent: { readonly x: number; readonly y: number };
  readonly digest: string;
  readonly pointer: string;
}

interface Built {
  readonly image: DiceReportImage;
  readonly noObject: boolean;
  readonly digest: string;
}

const NO_EXTENT = { x: 0, y: 0 };
const EMPTY_DIGEST = labelsDigest([]);

/** Checks a DICE package fed entry by entry, in any order, and reports everything that is wrong at once. Holds no pixels and no annotations. */
export class DicePackageValidator {
  private readonly layout: PackageLayout;
  private readonly findings: FindingCollector;
  private readonly reader: LabelReader;
  private readonly labels = new Map<string, LabelRecord>();
  private readonly images = new Map<string, ImageFacts>();
  private readonly masks = new Map<string, MaskFacts & { sha256: string }>();
  private readonly expected = new Set<string>();
  private meta: JsonObject | undefined;
  private annotationsRead = false;

  constructor(entries: readonly PackageEntry[], options: ValidatorOptions = {}) {
    this.findings = new FindingCollector(options.maxFindings);
    this.layout = new PackageLayout(entries);
    this.reader = new LabelReader(this.findings, {
      hasMasks: this.layout.hasMasks,
      limits: options.limits,
      onImage: (image, pointer) => this.keep(image, pointer),
    });
    this.checkLayout(entries);
  }

  roleOf(name: string): EntryRole {
    return this.layout.roleOf(name);
  }

  async readAnnotations(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    this.annotationsRead = true;
    try {
      await this.reader.read(chunks);
    } catch (error) {
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

  addImage(facts: ImageFacts): void {
    const path = this.layout.inside(facts.name) ?? facts.name;
    this.images.set(path, facts);
    if (facts.sniffed.ok) return;
    const code = facts.sniffed.code === 'too-large' ? 'image-too-large' : 'unsupported-image';
    this.findings.error(code, facts.sniffed.message, { entry: facts.name });
  }

  addMask(name: string, bytes: Uint8Array): void {
    const facts = readMaskPng(bytes);
    if (typeof facts === 'string') return this.findings.error('invalid-mask', facts, { entry: name });
    this.masks.set(this.layout.inside(name) ?? name, { ...facts, sha256: createHash('sha256').update(bytes).digest('hex') });
  }

  /** Compares what was fed and gives the report. Call it once, after everything was fed. */
  finish(): DiceReport {
    const { findings } = this;
    if (!this.annotationsRead) findings.error('missing-entry', 'The package has no readable annotations.json.', { entry: 'annotations.json' });
    for (const [path, record] of this.labels) this.compare(path, record);
    for (const path of this.expected) if (!this.images.has(path)) findings.error('image-not-read', 'An image of the package was not read.', { entry: path });
    const built = findings.errorsTotal === 0 ? this.build() : [];
    this.checkMeta();
    const dataset = findings.errorsTotal === 0 ? this.datasetOf(built) : null;
    return { errors: findings.errors, errorsTotal: findings.errorsTotal, warnings: findings.warnings, dataset };
  }

  private checkLayout(entries: readonly PackageEntry[]): void {
    const roles = new Set<EntryRole>();
    for (const { name } of entries) {
      const role = this.roleOf(name);
      roles.add(role);
      if (role === 'other') this.findings.warn('ignored-entry', 'An entry is not part of the format and was left out.', { entry: name });
      if (role !== 'image') continue;
      const path = this.layout.inside(name) ?? name;
      if (this.expected.has(path)) this.findings.error('duplicate-entry', 'An entry name appears twice.', { entry: name });
      this.expected.add(path);
    }
    if (!roles.has('annotations')) this.annotationsRead = false;
    if (!roles.has('meta')) this.findings.error('missing-entry', 'The package has no meta.json.', { entry: 'meta.json' });
    if (!roles.has('image')) this.findings.error('missing-entry', 'The package has no image under images/.', { entry: 'images/' });
  }

  private addRefusal(error: unknown, entry: string): void {
    if (!(error instanceof DomainError)) throw error;
    const found = error.findings.length > 0 ? error.findings : [{ code: error.code, message: error.detail }];
    for (const { code, message, ...place } of found) this.findings.error(code, message, { entry, ...place });
  }

  private keep(image: ImageLabels, pointer: string): void {
    const path = this.expected.has(image.fileName) ? image.fileName : imagePath(image.fileName);
    if (!this.expected.has(path)) return this.findings.error('image-missing', 'The file_name is not an image of the package.', { pointer: `${pointer}/file_name` });
    if (this.labels.has(path)) return this.findings.error('duplicate-file-name', 'A file_name appears twice.', { pointer: `${pointer}/file_name` });
    const { annotations, fileName: _, extent, ...kept } = image;
    const known = image.width !== undefined && image.height !== undefined;
    const digest = annotations.length === 0 ? EMPTY_DIGEST : labelsDigest(annotations);
    this.labels.set(path, { ...kept, objectCount: annotations.length, extent: known ? NO_EXTENT : extent, digest, pointer });
  }

  private compare(path: string, record: LabelRecord): void {
    const sniffed = this.images.get(path)?.sniffed;
    if (sniffed === undefined || !sniffed.ok) return;
    for (const side of ['width', 'height'] as const) {
      const declared = record[side];
      if (declared !== undefined && declared !== sniffed[side]) {
        this.findings.error('size-mismatch', `The ${side} is ${declared}, the image has ${sniffed[side]} pixels.`, { pointer: `${record.pointer}/${side}`, entry: path });
      }
    }
    if (record.extent.x > sniffed.width + 1 || record.extent.y > sniffed.height + 1) {
      this.findings.error('shape-outside', 'A shape lies outside of its image by more than one pixel.', { pointer: `${record.pointer}/annotations`, entry: path });
    }
    if (record.maskFile !== undefined) this.compareMask(record.maskFile, record, sniffed);
  }

  private compareMask(maskFile: string, record: LabelRecord, sniffed: SniffedImage): void {
    const pointer = `${record.pointer}/annotation/mask_file`;
    const mask = this.masks.get(maskFile.normalize('NFC'));
    if (mask === undefined) return this.findings.error('mask-missing', 'The mask_file is not a readable mask of the package.', { pointer });
    if (mask.width !== sniffed.width || mask.height !== sniffed.height) this.findings.error('mask-size', 'A mask has another size than its image.', { pointer, entry: maskFile });
    const unknown = mask.values.find((value) => value !== 0 && value !== 255 && !this.reader.classes.byId.has(value - 1));
    if (unknown !== undefined) this.findings.error('mask-value', `The mask has the value ${unknown}, which is no class.`, { pointer, entry: maskFile });
  }

  private build(): Built[] {
    let next = 1;
    for (const { id } of this.labels.values()) next = Math.max(next, id + 1);
    const built: Built[] = [];
    for (const path of this.expected) {
      const record = this.labels.get(path);
      if (record === undefined) this.findings.warn('image-without-entry', 'An image has no entry in images[]; it was added as unlabeled.', { entry: path });
      const one = this.buildOne(path, record, record?.id ?? next);
      if (record === undefined) next += 1;
      if (one !== undefined) built.push(one);
    }
    return built;
  }

  private buildOne(path: string, record: LabelRecord | undefined, number: number): Built | undefined {
    const facts = this.images.get(path);
    if (facts === undefined || !facts.sniffed.ok) return undefined;
    const { width, height, orientation, format, channels } = facts.sniffed;
    const mask = record?.maskFile === undefined ? undefined : this.masks.get(record.maskFile.normalize('NFC'));
    const masked = (mask?.values ?? []).filter((value) => value !== 0 && value !== 255).map((value) => value - 1);
    const base = { number, fileName: path, width, height, orientation, depth: record?.depth ?? channels, format, sizeBytes: facts.sizeBytes, crc32: facts.crc32, sha256: facts.sha256 };
    if (record === undefined) return { image: { ...base, split: null, status: 'unlabeled', classIds: [], objectCount: 0 }, noObject: false, digest: EMPTY_DIGEST };
    const labels = mask === undefined ? { classIds: [...record.classIds], objectCount: record.objectCount } : { classIds: masked, objectCount: masked.length };
    return {
      image: { ...base, split: record.split, status: record.status, ...labels },
      noObject: record.noObject,
      digest: mask === undefined ? record.digest : labelsDigest([], mask.sha256),
    };
  }

  private checkMeta(): void {
    const { meta, reader } = this;
    if (meta === undefined || !this.annotationsRead) return;
    const declaredTask = meta['task_type'];
    const listed = this.labels.size;
    const agreements: readonly [field: string, agrees: boolean][] = [
      ['task_type', declaredTask === reader.head.get('task_type') || declaredTask === reader.taskType],
      ['total_images', meta['total_images'] === listed || meta['total_images'] === this.expected.size],
      ['num_classes', meta['num_classes'] === reader.classes.byId.size],
    ];
    for (const [field, agrees] of agreements) {
      if (meta[field] !== undefined && !agrees) this.findings.error('meta-disagrees', `The ${field} of meta.json differs from annotations.json.`, { entry: 'meta.json', pointer: `/${field}` });
    }
  }

  private datasetOf(built: readonly Built[]): DiceReportDataset | null {
    const { reader } = this;
    if (reader.taskType === undefined) return null;
    const splits = { train: 0, val: 0, test: 0, unassigned: 0 };
    const counts = new Map<number, number>();
    for (const { image } of built) {
      splits[image.split ?? 'unassigned'] += 1;
      for (const id of image.classIds) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    const classes = [...reader.classes.byId.values()].sort((a, b) => a.id - b.id);
    const hashed = built.map(({ image, noObject, digest }) => ({ ...image, noObject, labelsDigest: digest }));
    const hash = contentHash({ taskType: reader.taskType, multiLabel: reader.multiLabel, classes, images: hashed });
    if (hash !== reader.head.get('content_hash')) this.findings.warn('content-hash-differs', 'The content_hash differs from the content; the computed one is kept.', { pointer: '/content_hash' });
    const splitConfig = reader.head.get('split_config');
    return {
      name: String(reader.head.get('dataset_name')),
      taskType: reader.taskType,
      multiLabel: reader.multiLabel,
      classes: classes.map((one) => ({ ...one, imageCount: counts.get(one.id) ?? 0 })),
      images: built.map(({ image }) => image),
      numImages: built.length,
      numLabeled: built.filter(({ image }) => image.status !== 'unlabeled').length,
      splits,
      splitConfig: isObject(splitConfig) ? splitConfig : null,
      contentHash: hash,
    };
  }
}

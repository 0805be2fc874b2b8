import { compareFileNames } from './content-hash.js';
import type { DiceReportImage } from './dice-report.js';
import type { ImageLabels, LabelStatus, Split } from './image-labels.js';
import type { SniffedImage } from './sniffed-image.js';

const SPLITS: readonly (Split | null)[] = [null, 'train', 'val', 'test'];
const STATUSES: readonly LabelStatus[] = ['unlabeled', 'labeled', 'reviewed'];
const FORMATS: readonly SniffedImage['format'][] = ['jpeg', 'png', 'webp'];
const HASH_BYTES = 32;

/** What the labels say of an image, without the labels. */
export interface LabelRecord {
  readonly id: number;
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly depth: number | undefined;
  readonly split: Split | null;
  readonly status: LabelStatus;
  readonly noObject: boolean;
  readonly objectCount: number;
  readonly classIds: number[];
  readonly maskFile: string | undefined;
  readonly extent: { readonly x: number; readonly y: number };
}

/** What was read of an image's bytes. */
export type FileRecord = Pick<DiceReportImage, 'width' | 'height' | 'orientation' | 'format' | 'sizeBytes' | 'crc32' | 'sha256'> & { readonly channels: number };

const NO_EXTENT = { x: 0, y: 0 };

/**
 * One row an image of the package, a column for each fact: 150 bytes and the path, where objects and texts take 3,500. What few images have (a mask, an
 * unknown size) is kept aside.
 */
export class ImageTable {
  private readonly rows = new Map<string, number>();
  /** Position in `images[]` of the label file, from 1; 0: no labels. */
  private readonly positions: Uint32Array;
  private readonly isRead: Uint8Array;
  private readonly ids: Float64Array;
  private readonly declared: Float64Array;
  private readonly states: Uint8Array;
  private readonly objects: Uint32Array;
  private readonly classStarts: Uint32Array;
  private readonly classCounts: Uint32Array;
  private readonly digests: Buffer;
  private readonly sizes: Uint32Array;
  private readonly formats: Uint8Array;
  private readonly channels: Uint8Array;
  private readonly orientations: Uint8Array;
  private readonly bytes: Float64Array;
  private readonly crcs: Uint32Array;
  private readonly hashes: Buffer;
  private readonly maskFiles = new Map<number, string>();
  private readonly extents = new Map<number, LabelRecord['extent']>();
  private readonly classIds = new NumberList();
  labeledRows = 0;

  /** @param paths from the root of the dataset, each once. */
  constructor(readonly paths: readonly string[]) {
    const count = paths.length;
    for (const [row, path] of paths.entries()) this.rows.set(path, row);
    this.positions = new Uint32Array(count);
    this.isRead = new Uint8Array(count);
    this.ids = new Float64Array(count);
    this.declared = new Float64Array(count * 3);
    this.states = new Uint8Array(count);
    this.objects = new Uint32Array(count);
    this.classStarts = new Uint32Array(count);
    this.classCounts = new Uint32Array(count);
    this.digests = Buffer.alloc(count * HASH_BYTES);
    this.sizes = new Uint32Array(count * 2);
    this.formats = new Uint8Array(count);
    this.channels = new Uint8Array(count);
    this.orientations = new Uint8Array(count);
    this.bytes = new Float64Array(count);
    this.crcs = new Uint32Array(count);
    this.hashes = Buffer.alloc(count * HASH_BYTES);
  }

  rowOf(path: string): number | undefined {
    return this.rows.get(path);
  }

  hasLabels(row: number): boolean {
    return this.positions[row] !== 0;
  }

  /** `position`: of the element in `images[]`, from 0. */
  setLabels(row: number, position: number, labels: ImageLabels & { readonly digest: string }): void {
    this.labeledRows += 1;
    this.positions[row] = position + 1;
    this.ids[row] = labels.id;
    this.declared[row * 3] = labels.width ?? 0;
    this.declared[row * 3 + 1] = labels.height ?? 0;
    this.declared[row * 3 + 2] = labels.depth ?? 0;
    this.states[row] = SPLITS.indexOf(labels.split) | (STATUSES.indexOf(labels.status) << 2) | (Number(labels.noObject) << 4);
    this.objects[row] = labels.annotations.length;
    this.classStarts[row] = this.classIds.add(labels.classIds);
    this.classCounts[row] = labels.classIds.length;
    this.digests.write(labels.digest, row * HASH_BYTES, 'hex');
    if (labels.maskFile !== undefined) this.maskFiles.set(row, labels.maskFile);
    if (labels.width === undefined || labels.height === undefined) this.extents.set(row, labels.extent);
  }

  labels(row: number): LabelRecord | undefined {
    if (!this.hasLabels(row)) return undefined;
    const state = this.states[row] ?? 0;
    return {
      id: this.id(row),
      width: this.declared[row * 3] || undefined,
      height: this.declared[row * 3 + 1] || undefined,
      depth: this.declared[row * 3 + 2] || undefined,
      split: SPLITS[state & 3] ?? null,
      status: STATUSES[(state >> 2) & 3] ?? 'unlabeled',
      noObject: (state & 16) !== 0,
      objectCount: this.objects[row] ?? 0,
      classIds: this.classIds.slice(this.classStarts[row] ?? 0, this.classCounts[row] ?? 0),
      maskFile: this.maskFiles.get(row),
      extent: this.extents.get(row) ?? NO_EXTENT,
    };
  }

  /** 0: no labels. */
  id(row: number): number {
    return this.ids[row] ?? 0;
  }

  /** Of labelsDigest, 64 hex digits. */
  digest(row: number): string {
    return hexAt(this.digests, row);
  }

  /** JSON pointer of the image's element in the label file. */
  pointer(row: number): string {
    return `/images/${(this.positions[row] ?? 0) - 1}`;
  }

  /** The image came by; what it is can follow by `setFile`. */
  markRead(row: number): void {
    this.isRead[row] = 1;
  }

  wasRead(row: number): boolean {
    return this.isRead[row] !== 0;
  }

  setFile(row: number, file: FileRecord): void {
    this.sizes[row * 2] = file.width;
    this.sizes[row * 2 + 1] = file.height;
    this.formats[row] = FORMATS.indexOf(file.format) + 1;
    this.channels[row] = file.channels;
    this.orientations[row] = file.orientation;
    this.bytes[row] = file.sizeBytes;
    this.crcs[row] = file.crc32;
    this.hashes.write(file.sha256, row * HASH_BYTES, 'hex');
  }

  file(row: number): FileRecord | undefined {
    const format = FORMATS[(this.formats[row] ?? 0) - 1];
    if (format === undefined) return undefined;
    return {
      width: this.sizes[row * 2] ?? 0,
      height: this.sizes[row * 2 + 1] ?? 0,
      format,
      orientation: this.orientations[row] ?? 1,
      channels: this.channels[row] ?? 0,
      sizeBytes: this.bytes[row] ?? 0,
      crc32: this.crcs[row] ?? 0,
      sha256: hexAt(this.hashes, row),
    };
  }

  /** Rows by path, as the content hash wants them. */
  rowsByPath(): Uint32Array {
    const { paths } = this;
    const order = Uint32Array.from(paths.keys());
    const path = (row: number): string => paths[row] ?? '';
    return order.every((row) => row === 0 || compareFileNames(path(row - 1), path(row)) < 0) ? order : order.sort((a, b) => compareFileNames(path(a), path(b)));
  }
}

function hexAt(column: Buffer, row: number): string {
  return column.toString('hex', row * HASH_BYTES, (row + 1) * HASH_BYTES);
}

/** Numbers one behind the other. */
class NumberList {
  private values = new Float64Array(64);
  private used = 0;

  /** Where they begin. */
  add(numbers: readonly number[]): number {
    const start = this.used;
    if (start + numbers.length > this.values.length) {
      const larger = new Float64Array(Math.max(this.values.length * 2, start + numbers.length));
      larger.set(this.values);
      this.values = larger;
    }
    this.values.set(numbers, start);
    this.used += numbers.length;
    return start;
  }

  slice(start: number, count: number): number[] {
    const numbers: number[] = [];
    for (let at = start; at < start + count; at += 1) numbers.push(this.values[at] ?? 0);
    return numbers;
  }
}

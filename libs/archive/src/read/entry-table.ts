import type { ArchiveEntry } from '../archive-entry.js';
import { decodeUnflaggedName } from '../entry-name.js';
import { CENTRAL_HEADER_BYTES } from '../zip-format.js';
import type { CentralHeader } from './central-header.js';
import type { EndRecord } from './end-record.js';

/** How a row's bytes become its name. */
export type NameReading = 'as-stored' | 'utf-8' | 'cp949' | 'unicode-path' | 'undecided' | 'refused';
const READINGS: readonly NameReading[] = ['as-stored', 'utf-8', 'cp949', 'unicode-path', 'undecided', 'refused'];
const AS_STORED = READINGS.indexOf('as-stored');

const FLAG_DIRECTORY = 1;
const FLAG_JUNK = 2;
/** Its header could not be read: the row stands for nothing. */
const FLAG_BROKEN = 4;
const FLAG_LONG_NAME = 8;

export interface RowTraits {
  readonly reading: NameReading;
  readonly isDirectory: boolean;
  readonly isJunk: boolean;
  readonly isLongName?: boolean;
}

/**
 * The entries of a directory, a column for each number and one block of bytes for all names: about 60 bytes an entry, where an object with two texts
 * takes 300. An entry becomes an object when somebody looks at it.
 */
export class EntryTable {
  count = 0;
  readonly nameBytes: Buffer;
  private readonly nameStarts: Uint32Array;
  private readonly rawLengths: Uint16Array;
  private readonly readings: Uint8Array;
  private readonly traits: Uint8Array;
  private readonly methods: Uint8Array;
  private readonly flags: Uint16Array;
  private readonly packed: Float64Array;
  private readonly sizes: Float64Array;
  private readonly crcs: Uint32Array;
  private readonly offsets: Float64Array;
  private readonly regionEnds: Float64Array;
  /** Rows by local header offset; null when the directory has that order already, as nearly all have. */
  private fileOrder: Uint32Array | null = null;

  /** The end record was checked: the directory has at least the bytes that its entries need. */
  constructor({ entryCount, directoryBytes }: EndRecord) {
    // Never touched beyond what names take, so never resident.
    this.nameBytes = Buffer.allocUnsafeSlow(directoryBytes - entryCount * CENTRAL_HEADER_BYTES);
    this.nameStarts = new Uint32Array(entryCount + 1);
    this.rawLengths = new Uint16Array(entryCount);
    this.readings = new Uint8Array(entryCount);
    this.traits = new Uint8Array(entryCount);
    this.methods = new Uint8Array(entryCount);
    this.flags = new Uint16Array(entryCount);
    this.packed = new Float64Array(entryCount);
    this.sizes = new Float64Array(entryCount);
    this.crcs = new Uint32Array(entryCount);
    this.offsets = new Float64Array(entryCount);
    this.regionEnds = new Float64Array(entryCount);
  }

  /** Adds a row with its raw name; `setTraits` completes it. A null header makes a broken row. */
  add(header: CentralHeader | null, bytes: Buffer, name: { readonly start: number; readonly end: number }): number {
    const row = this.count;
    const start = this.nameStarts[row] ?? 0;
    const length = name.end - name.start;
    for (let at = 0; at < length; at += 1) this.nameBytes[start + at] = bytes[name.start + at] ?? 0;
    this.nameStarts[row + 1] = start + length;
    this.rawLengths[row] = length;
    this.count += 1;
    if (header === null) this.traits[row] = FLAG_BROKEN;
    else this.setNumbers(row, header);
    return row;
  }

  private setNumbers(row: number, header: CentralHeader): void {
    this.methods[row] = header.method;
    this.flags[row] = header.flags;
    this.packed[row] = header.compressedBytes;
    this.sizes[row] = header.sizeBytes;
    this.crcs[row] = header.crc32;
    this.offsets[row] = header.localHeaderOffset;
  }

  /** The name of the Info-ZIP Unicode path field, kept behind the raw name; only for the row added last. */
  addUnicodePath(row: number, path: Uint8Array): void {
    const end = this.nameStarts[row + 1] ?? 0;
    this.nameBytes.set(path, end);
    this.nameStarts[row + 1] = end + path.length;
  }

  setTraits(row: number, traits: RowTraits): void {
    this.readings[row] = READINGS.indexOf(traits.reading);
    const longName = traits.isLongName === true || this.hasLongName(row);
    this.traits[row] = (traits.isDirectory ? FLAG_DIRECTORY : 0) | (traits.isJunk ? FLAG_JUNK : 0) | (longName ? FLAG_LONG_NAME : 0);
  }

  isDirectory(row: number): boolean {
    return ((this.traits[row] ?? 0) & FLAG_DIRECTORY) !== 0;
  }

  isBroken(row: number): boolean {
    return ((this.traits[row] ?? 0) & FLAG_BROKEN) !== 0;
  }

  hasLongName(row: number): boolean {
    return ((this.traits[row] ?? 0) & FLAG_LONG_NAME) !== 0;
  }

  /** The name is ASCII and its bytes are its characters. */
  isNameAsStored(row: number): boolean {
    return this.readings[row] === AS_STORED;
  }

  reading(row: number): NameReading {
    return READINGS[this.readings[row] ?? 0] ?? 'refused';
  }

  nameStart(row: number): number {
    return this.nameStarts[row] ?? 0;
  }

  /** End of the raw name. */
  nameEnd(row: number): number {
    return this.nameStart(row) + (this.rawLengths[row] ?? 0);
  }

  rawName(row: number): string {
    return this.nameBytes.toString('latin1', this.nameStart(row), this.nameEnd(row));
  }

  /** Decoded and in NFC; the raw name where it could not be decoded. */
  name(row: number): string {
    const raw = this.nameBytes.subarray(this.nameStart(row), this.nameEnd(row));
    switch (this.reading(row)) {
      case 'utf-8':
        return raw.toString('utf8').normalize('NFC');
      case 'cp949':
        return decodeUnflaggedName(raw, false) ?? this.rawName(row);
      case 'unicode-path':
        return this.nameBytes.toString('utf8', this.nameEnd(row), this.nameStart(row + 1)).normalize('NFC');
      case 'as-stored':
      case 'undecided':
      case 'refused':
        return this.rawName(row);
    }
  }

  localHeaderOffset(row: number): number {
    return this.offsets[row] ?? 0;
  }

  compressedBytes(row: number): number {
    return this.packed[row] ?? 0;
  }

  setRegionEnd(row: number, end: number): void {
    this.regionEnds[row] = end;
  }

  /** Puts the rows in the order of the file; broken rows are left out. */
  sortByOffset(): void {
    if (this.isInFileOrder()) return;
    const order = new Uint32Array(this.count);
    for (let row = 0; row < this.count; row += 1) order[row] = row;
    this.fileOrder = order.filter((row) => !this.isBroken(row)).sort((left, right) => this.localHeaderOffset(left) - this.localHeaderOffset(right));
  }

  /** Rows that `rowAt` knows. */
  get sortedCount(): number {
    return this.fileOrder?.length ?? this.count;
  }

  /** The row at a place of the file's order. */
  rowAt(place: number): number {
    return this.fileOrder === null ? place : (this.fileOrder[place] ?? 0);
  }

  entry(row: number): ArchiveEntry {
    return {
      index: row,
      name: this.name(row),
      rawName: this.rawName(row),
      method: this.methods[row] ?? 0,
      flags: this.flags[row] ?? 0,
      compressedBytes: this.packed[row] ?? 0,
      sizeBytes: this.sizes[row] ?? 0,
      crc32: this.crcs[row] ?? 0,
      localHeaderOffset: this.offsets[row] ?? 0,
      regionEnd: this.regionEnds[row] ?? 0,
      isDirectory: this.isDirectory(row),
      isJunk: ((this.traits[row] ?? 0) & FLAG_JUNK) !== 0,
    };
  }

  private isInFileOrder(): boolean {
    for (let row = 0; row < this.count; row += 1) {
      if (this.isBroken(row) || (row > 0 && this.localHeaderOffset(row) < this.localHeaderOffset(row - 1))) return false;
    }
    return true;
  }
}

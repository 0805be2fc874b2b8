import {
  CENTRAL_HEADER_BYTES,
  CENTRAL_HEADER_SIGNATURE,
  END64_BYTES,
  END64_SIGNATURE,
  END_BYTES,
  END_SIGNATURE,
  EXTRA_ZIP64,
  FIXED_DOS_DATE,
  FIXED_DOS_TIME,
  FLAG_UTF8,
  LOCAL_HEADER_BYTES,
  LOCAL_HEADER_SIGNATURE,
  LOCATOR64_BYTES,
  LOCATOR64_SIGNATURE,
  MAX_UINT16,
  MAX_UINT32,
  METHOD_DEFLATED,
  METHOD_STORED,
} from '../zip-format.js';

/** What the headers of an entry say of it. */
export interface EntryFacts {
  /** UTF-8, POSIX. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly crc32: number;
  /** Present for an entry that was deflated before: bytes of the packed data. */
  readonly deflatedBytes?: number;
}

/** An entry at its place. */
export interface PlacedFacts {
  readonly entry: EntryFacts;
  readonly name: Buffer;
  /** Where its local header begins. */
  readonly offset: number;
  /** Bytes of its data as they stand in the archive. */
  readonly packedBytes: number;
}

export interface DirectoryFacts {
  readonly count: number;
  /** Where the directory begins. */
  readonly offset: number;
  readonly directoryBytes: number;
}

export function placedAt(entry: EntryFacts, offset: number): PlacedFacts {
  return { entry, name: Buffer.from(entry.name), offset, packedBytes: entry.deflatedBytes ?? entry.sizeBytes };
}

/** Bytes of an entry in the archive: header and data. */
export function placedBytes(entry: EntryFacts): number {
  const packed = entry.deflatedBytes ?? entry.sizeBytes;
  return localBytes(Buffer.byteLength(entry.name), entry.sizeBytes, packed) + packed;
}

/** Bytes of a local header; `name` are those of the name. */
export function localBytes(name: number, size: number, packed: number): number {
  return LOCAL_HEADER_BYTES + name + (isLarge(false, size, packed) ? ZIP64_HEAD_BYTES + 2 * ZIP64_NUMBER_BYTES : 0);
}

/** Bytes of a line of the directory; `name` are those of the name. */
export function centralBytes({ name, size, packed, offset }: { readonly name: number; readonly size: number; readonly packed: number; readonly offset: number }): number {
  const numbers = (isLarge(false, size, packed) ? 2 : 0) + (offset >= MAX_UINT32 ? 1 : 0);
  return CENTRAL_HEADER_BYTES + name + (numbers === 0 ? 0 : ZIP64_HEAD_BYTES + numbers * ZIP64_NUMBER_BYTES);
}

/** Stored entries in columns; see EntryBatch. */
interface EntryColumns {
  readonly bytes: Buffer;
  readonly nameStarts: Uint32Array;
  readonly nameEnds: Uint32Array;
  readonly sizes: Float64Array;
  readonly crcs: Uint32Array;
}

const VERSION_ZIP64 = 45;
const VERSION_DEFLATE = 20;
/** Made on Unix, as `-rw-r--r--`. */
const MADE_BY = (3 << 8) | VERSION_ZIP64;
const EXTERNAL_ATTRIBUTES = (0o100644 << 16) >>> 0;

const ZIP64_HEAD_BYTES = 4;
const ZIP64_NUMBER_BYTES = 8;

const isLarge = (force: boolean, ...numbers: readonly number[]): boolean => force || numbers.some((number) => number >= MAX_UINT32);

/** The local header of an entry: what stands before its data. */
export function localHeader(one: PlacedFacts, force = false): Buffer {
  const large = isLarge(force, one.entry.sizeBytes, one.packedBytes);
  const extra = large ? zip64Extra([one.entry.sizeBytes, one.packedBytes]) : Buffer.alloc(0);
  const header = Buffer.alloc(LOCAL_HEADER_BYTES);
  header.writeUInt32LE(LOCAL_HEADER_SIGNATURE, 0);
  header.writeUInt16LE(large ? VERSION_ZIP64 : VERSION_DEFLATE, 4);
  writeShared(header, 6, { one, large });
  header.writeUInt16LE(one.name.length, 26);
  header.writeUInt16LE(extra.length, 28);
  return Buffer.concat([header, one.name, extra]);
}

/** The line of an entry in the directory. */
export function centralHeader(one: PlacedFacts, force = false): Buffer {
  const large = isLarge(force, one.entry.sizeBytes, one.packedBytes);
  const far = isLarge(force, one.offset);
  const numbers = [...(large ? [one.entry.sizeBytes, one.packedBytes] : []), ...(far ? [one.offset] : [])];
  const extra = numbers.length === 0 ? Buffer.alloc(0) : zip64Extra(numbers);
  const header = Buffer.alloc(CENTRAL_HEADER_BYTES);
  header.writeUInt32LE(CENTRAL_HEADER_SIGNATURE, 0);
  header.writeUInt16LE(MADE_BY, 4);
  header.writeUInt16LE(large || far ? VERSION_ZIP64 : VERSION_DEFLATE, 6);
  writeShared(header, 8, { one, large });
  header.writeUInt16LE(one.name.length, 28);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt32LE(EXTERNAL_ATTRIBUTES, 38);
  header.writeUInt32LE(far ? MAX_UINT32 : one.offset, 42);
  return Buffer.concat([header, one.name, extra]);
}

/** What all lines of stored entries have in common. */
const STORED_LINE = centralHeader({ entry: { name: '', sizeBytes: 0, crc32: 0 }, name: Buffer.alloc(0), offset: 0, packedBytes: 0 });
const FAR_OFFSET_BYTES = ZIP64_HEAD_BYTES + ZIP64_NUMBER_BYTES;

/** `centralHeader` of a stored entry of less than 4 GiB, written where it belongs without a buffer of its own. Answers its bytes. */
export function writeStoredLine(lines: Buffer, start: number, of: { readonly batch: EntryColumns; readonly index: number; readonly offset: number }): number {
  const { batch, index, offset } = of;
  const [nameStart = 0, nameEnd = 0, size = 0] = [batch.nameStarts[index], batch.nameEnds[index], batch.sizes[index]];
  const far = offset >= MAX_UINT32;
  STORED_LINE.copy(lines, start);
  if (far) lines.writeUInt16LE(VERSION_ZIP64, start + 6);
  lines.writeUInt32LE(batch.crcs[index] ?? 0, start + 16);
  lines.writeUInt32LE(size, start + 20);
  lines.writeUInt32LE(size, start + 24);
  lines.writeUInt16LE(nameEnd - nameStart, start + 28);
  lines.writeUInt16LE(far ? FAR_OFFSET_BYTES : 0, start + 30);
  lines.writeUInt32LE(far ? MAX_UINT32 : offset, start + 42);
  const end = start + CENTRAL_HEADER_BYTES + batch.bytes.copy(lines, start + CENTRAL_HEADER_BYTES, nameStart, nameEnd);
  return end - start + (far ? zip64Extra([offset]).copy(lines, end) : 0);
}

/** Flags to sizes: the same run of fields in both headers. */
function writeShared(header: Buffer, at: number, { one, large }: { one: PlacedFacts; large: boolean }): void {
  header.writeUInt16LE(FLAG_UTF8, at);
  header.writeUInt16LE(one.entry.deflatedBytes === undefined ? METHOD_STORED : METHOD_DEFLATED, at + 2);
  header.writeUInt16LE(FIXED_DOS_TIME, at + 4);
  header.writeUInt16LE(FIXED_DOS_DATE, at + 6);
  header.writeUInt32LE(one.entry.crc32, at + 8);
  header.writeUInt32LE(large ? MAX_UINT32 : one.packedBytes, at + 12);
  header.writeUInt32LE(large ? MAX_UINT32 : one.entry.sizeBytes, at + 16);
}

function zip64Extra(numbers: readonly number[]): Buffer {
  const extra = Buffer.alloc(4 + numbers.length * 8);
  extra.writeUInt16LE(EXTRA_ZIP64, 0);
  extra.writeUInt16LE(numbers.length * 8, 2);
  numbers.forEach((number, index) => extra.writeBigUInt64LE(BigInt(number), 4 + index * 8));
  return extra;
}

/** What stands behind the directory: the end record, and those of zip64 where a number needs them. */
export function endRecords(directory: DirectoryFacts, force = false): Buffer {
  const { count, offset, directoryBytes } = directory;
  const large = isLarge(force, offset, directoryBytes) || count >= MAX_UINT16;
  const end = Buffer.alloc(END_BYTES);
  end.writeUInt32LE(END_SIGNATURE, 0);
  end.writeUInt16LE(large ? MAX_UINT16 : count, 8);
  end.writeUInt16LE(large ? MAX_UINT16 : count, 10);
  end.writeUInt32LE(large ? MAX_UINT32 : directoryBytes, 12);
  end.writeUInt32LE(large ? MAX_UINT32 : offset, 16);
  return large ? Buffer.concat([end64(directory), locator64(offset + directoryBytes), end]) : end;
}

function end64({ count, offset, directoryBytes }: DirectoryFacts): Buffer {
  const record = Buffer.alloc(END64_BYTES);
  record.writeUInt32LE(END64_SIGNATURE, 0);
  record.writeBigUInt64LE(BigInt(END64_BYTES - 12), 4);
  record.writeUInt16LE(MADE_BY, 12);
  record.writeUInt16LE(VERSION_ZIP64, 14);
  record.writeBigUInt64LE(BigInt(count), 24);
  record.writeBigUInt64LE(BigInt(count), 32);
  record.writeBigUInt64LE(BigInt(directoryBytes), 40);
  record.writeBigUInt64LE(BigInt(offset), 48);
  return record;
}

function locator64(end64Offset: number): Buffer {
  const locator = Buffer.alloc(LOCATOR64_BYTES);
  locator.writeUInt32LE(LOCATOR64_SIGNATURE, 0);
  locator.writeBigUInt64LE(BigInt(end64Offset), 8);
  locator.writeUInt32LE(1, 16);
  return locator;
}

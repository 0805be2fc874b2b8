import { crc32 } from 'node:zlib';
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

/** An entry whose facts are known before its first byte is read. */
export interface PlannedEntry {
  /** UTF-8, POSIX. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly crc32: number;
  /** Present for an entry that was deflated before: bytes of the packed data, which `open` then gives. */
  readonly deflatedBytes?: number;
  /** The stored (or packed) data; exactly as many bytes as were told. */
  readonly open: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

export interface PlannedZip {
  /** Exact, before the first byte. */
  readonly sizeBytes: number;
  /** Where the entry's local header begins, in the order of the entries. */
  readonly offsets: readonly number[];
  stream(): AsyncIterable<Uint8Array>;
}

const VERSION_ZIP64 = 45;
const VERSION_DEFLATE = 20;
/** Made on Unix, as `-rw-r--r--`. */
const MADE_BY = (3 << 8) | VERSION_ZIP64;
const EXTERNAL_ATTRIBUTES = (0o100644 << 16) >>> 0;

interface Placed {
  readonly entry: PlannedEntry;
  readonly name: Buffer;
  readonly offset: number;
  readonly packedBytes: number;
}

/**
 * Lays out a zip from facts: stored entries (or data deflated before), full local headers, no descriptors, a fixed time, so that equal
 * entries give equal bytes. Zip64 where a number needs it; `forceZip64` is for tests.
 */
export function plannedZip(entries: readonly PlannedEntry[], options: { readonly forceZip64?: boolean } = {}): PlannedZip {
  const force = options.forceZip64 === true;
  const placed: Placed[] = [];
  let offset = 0;
  for (const entry of entries) {
    const one = { entry, name: Buffer.from(entry.name), offset, packedBytes: entry.deflatedBytes ?? entry.sizeBytes };
    placed.push(one);
    offset += localHeader(one, force).length + one.packedBytes;
  }
  const directoryBytes = placed.reduce((sum, one) => sum + centralHeader(one, force).length, 0);
  const end = endRecords({ count: placed.length, offset, directoryBytes }, force);
  return {
    sizeBytes: offset + directoryBytes + end.length,
    offsets: placed.map((one) => one.offset),
    stream: () => write(placed, end, force),
  };
}

/**
 * The same archive from entries that come one by one: what is held of an entry that was written is its line in the directory, some 80 bytes. The size is known
 * at the end. Throws when an entry does not give the bytes that were told, by length or, where it is stored, by CRC.
 */
export async function* streamedZip(entries: AsyncIterable<PlannedEntry>): AsyncIterable<Uint8Array> {
  const directory = new DirectoryLines();
  let offset = 0;
  for await (const entry of entries) {
    const one = { entry, name: Buffer.from(entry.name), offset, packedBytes: entry.deflatedBytes ?? entry.sizeBytes };
    const header = localHeader(one, false);
    yield header;
    yield* checkedData(one);
    offset += header.length + one.packedBytes;
    directory.add(centralHeader(one, false));
  }
  yield* directory.blocks();
  yield endRecords({ count: directory.count, offset, directoryBytes: directory.bytes }, false);
}

const BLOCK_BYTES = 2 ** 20;

/** Lines of a directory one behind the other: a million small buffers would take several times their bytes. */
class DirectoryLines {
  private readonly full: Buffer[] = [];
  private block = Buffer.alloc(BLOCK_BYTES);
  private used = 0;
  count = 0;
  bytes = 0;

  add(line: Buffer): void {
    if (this.used + line.length > this.block.length) {
      this.full.push(this.block.subarray(0, this.used));
      this.block = Buffer.alloc(BLOCK_BYTES);
      this.used = 0;
    }
    this.used += line.copy(this.block, this.used);
    this.count += 1;
    this.bytes += line.length;
  }

  *blocks(): Iterable<Buffer> {
    yield* this.full;
    yield this.block.subarray(0, this.used);
  }
}

async function* checkedData({ entry, packedBytes }: Placed): AsyncIterable<Uint8Array> {
  let [written, crc] = [0, 0];
  for await (const chunk of entry.open()) {
    written += chunk.byteLength;
    crc = crc32(chunk, crc);
    yield chunk;
  }
  if (written !== packedBytes) throw new Error(`entry ${entry.name} gave ${written} bytes, ${packedBytes} were planned`);
  if (entry.deflatedBytes === undefined && crc !== entry.crc32) throw new Error(`entry ${entry.name} has other bytes than were planned`);
}

async function* write(placed: readonly Placed[], end: Buffer, force: boolean): AsyncIterable<Uint8Array> {
  for (const one of placed) {
    yield localHeader(one, force);
    let written = 0;
    for await (const chunk of one.entry.open()) {
      written += chunk.byteLength;
      yield chunk;
    }
    // A plan that is not kept would be a broken archive: better none.
    if (written !== one.packedBytes) throw new Error(`entry ${one.entry.name} gave ${written} bytes, ${one.packedBytes} were planned`);
  }
  for (const one of placed) yield centralHeader(one, force);
  yield end;
}

const isLarge = (force: boolean, ...numbers: readonly number[]): boolean => force || numbers.some((number) => number >= MAX_UINT32);

function localHeader(one: Placed, force: boolean): Buffer {
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

function centralHeader(one: Placed, force: boolean): Buffer {
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

/** Flags to sizes: the same run of fields in both headers. */
function writeShared(header: Buffer, at: number, { one, large }: { one: Placed; large: boolean }): void {
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

function endRecords(directory: { count: number; offset: number; directoryBytes: number }, force: boolean): Buffer {
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

function end64({ count, offset, directoryBytes }: { count: number; offset: number; directoryBytes: number }): Buffer {
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

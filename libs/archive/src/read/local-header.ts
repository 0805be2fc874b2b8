import type { ArchiveEntry } from '../archive-entry.js';
import type { ByteCursor } from '../byte-cursor.js';
import { parseExtraFields, readSafeUInt64 } from '../extra-fields.js';
import { DESCRIPTOR_SIGNATURE, EXTRA_ZIP64, FLAG_DESCRIPTOR, LOCAL_HEADER_BYTES, LOCAL_HEADER_SIGNATURE, MAX_UINT32 } from '../zip-format.js';
import { EntryDefect } from './entry-data.js';

/** Numbers that a header or a descriptor tells of an entry. */
interface ToldNumbers {
  readonly crc32: number;
  readonly compressedBytes: number;
  readonly sizeBytes: number;
}

/** Compares the local header with the directory. Answers whether the entry's numbers were told there, so that no descriptor is needed. */
export async function readLocalHeader(cursor: ByteCursor, entry: ArchiveEntry): Promise<boolean> {
  const header = await cursor.take(LOCAL_HEADER_BYTES);
  if (header.readUInt32LE(0) !== LOCAL_HEADER_SIGNATURE) throw new EntryDefect('header-lies', 'its local header is not where the directory says.');
  const variableBytes = header.readUInt16LE(26) + header.readUInt16LE(28);
  if (entry.localHeaderOffset + LOCAL_HEADER_BYTES + variableBytes + entry.compressedBytes > entry.regionEnd) {
    throw new EntryDefect('overlap', 'it reaches into the next entry or the directory.');
  }
  const name = (await cursor.take(header.readUInt16LE(26))).toString('latin1');
  const extra = await cursor.take(header.readUInt16LE(28));
  if (name !== entry.rawName) throw new EntryDefect('header-lies', 'its local header has another name than the directory.');
  if (header.readUInt16LE(8) !== entry.method || header.readUInt16LE(6) !== entry.flags) {
    throw new EntryDefect('header-lies', 'its local header has another method or other flags than the directory.');
  }
  const told = withZip64(header, extra);
  const agrees = told !== null && sameNumbers(told, entry);
  if (agrees) return true;
  // With a descriptor the local numbers are left out, as zeros or all ones.
  if ((entry.flags & FLAG_DESCRIPTOR) !== 0 && isLeftOut(header)) return false;
  throw new EntryDefect('header-lies', 'its local header has another size or CRC than the directory.');
}

/**
 * What lies between the data and the next entry: nothing, or one descriptor (APPNOTE 4.3.9, with or without signature, 32 or 64 bit sizes) that says the
 * same as the directory. Anything else could be an entry that only readers of local headers see.
 */
export function checkTrailer(trailer: Buffer, entry: ArchiveEntry, toldInHeader: boolean): void {
  if (trailer.length === 0) {
    if (toldInHeader) return;
    throw new EntryDefect('descriptor-missing', 'the descriptor behind its data is missing.');
  }
  const told = (entry.flags & FLAG_DESCRIPTOR) === 0 ? null : readDescriptor(trailer);
  if (told === null) throw new EntryDefect('hidden-bytes', 'bytes that belong to no entry follow it.');
  if (!sameNumbers(told, entry)) throw new EntryDefect('header-lies', 'the descriptor behind its data has another size or CRC than the directory.');
}

function readDescriptor(trailer: Buffer): ToldNumbers | null {
  const body = trailer.length === 16 || trailer.length === 24 ? trailer.subarray(4) : trailer;
  if (body !== trailer && trailer.readUInt32LE(0) !== DESCRIPTOR_SIGNATURE) return null;
  if (body.length === 12) return { crc32: body.readUInt32LE(0), compressedBytes: body.readUInt32LE(4), sizeBytes: body.readUInt32LE(8) };
  if (body.length !== 20) return null;
  const [compressedBytes, sizeBytes] = [readSafeUInt64(body, 4), readSafeUInt64(body, 12)];
  return compressedBytes === null || sizeBytes === null ? null : { crc32: body.readUInt32LE(0), compressedBytes, sizeBytes };
}

function withZip64(header: Buffer, extraArea: Buffer): ToldNumbers | null {
  const crc32 = header.readUInt32LE(14);
  const short = { crc32, compressedBytes: header.readUInt32LE(18), sizeBytes: header.readUInt32LE(22) };
  if (short.compressedBytes !== MAX_UINT32 && short.sizeBytes !== MAX_UINT32) return short;
  const data = parseExtraFields(extraArea)?.find((field) => field.id === EXTRA_ZIP64)?.data;
  // APPNOTE 4.5.3: in a local header both sizes must be there.
  if (data === undefined || data.length < 16) return null;
  const [sizeBytes, compressedBytes] = [readSafeUInt64(data, 0), readSafeUInt64(data, 8)];
  return sizeBytes === null || compressedBytes === null ? null : { crc32, compressedBytes, sizeBytes };
}

function isLeftOut(header: Buffer): boolean {
  return header.readUInt32LE(14) === 0 && [18, 22].every((at) => header.readUInt32LE(at) === 0 || header.readUInt32LE(at) === MAX_UINT32);
}

function sameNumbers(told: ToldNumbers, entry: ArchiveEntry): boolean {
  return told.crc32 === entry.crc32 && told.compressedBytes === entry.compressedBytes && told.sizeBytes === entry.sizeBytes;
}

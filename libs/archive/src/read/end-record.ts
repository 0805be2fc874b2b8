import { archiveError } from '../archive-findings.js';
import { ByteCursor } from '../byte-cursor.js';
import { readSafeUInt64 } from '../extra-fields.js';
import type { ArchiveLimits } from '../limits.js';
import type { RandomAccessSource } from '../random-access-source.js';
import { END64_BYTES, END64_SIGNATURE, END_BYTES, END_SIGNATURE, LOCATOR64_BYTES, LOCATOR64_SIGNATURE, MAX_UINT16, MAX_UINT32 } from '../zip-format.js';

/** Where the central directory lies and how many entries it claims. */
export interface EndRecord {
  readonly entryCount: number;
  readonly directoryOffset: number;
  readonly directoryBytes: number;
}

interface Totals {
  readonly entryCount: number;
  readonly directoryOffset: number;
  readonly directoryBytes: number;
}

/** The longest comment plus all end records. */
const TAIL_BYTES = MAX_UINT16 + END_BYTES + LOCATOR64_BYTES + END64_BYTES;

/**
 * Reads the end of the archive. Readers of zip files differ most here, so only one shape is taken: directory, zip64 records when there are any, end
 * record, end of file, each touching the next, no comment, and zip64 numbers that agree with the short ones.
 */
export async function readEndRecord(source: RandomAccessSource, limits: ArchiveLimits, signal?: AbortSignal): Promise<EndRecord> {
  if (source.sizeBytes < END_BYTES) throw unsafe('not-a-zip', 'The file is not a zip archive: it is too short.');
  const tailStart = Math.max(0, source.sizeBytes - TAIL_BYTES);
  const tail = await readTail(source, tailStart, signal);
  const at = findEnd(tail);
  const short = readShortTotals(tail, at);
  const long = readLongTotals(tail, at, tailStart);
  const totals = long?.totals ?? short;
  if (long !== null) assertAgreement(short, long.totals);
  assertPlausible(totals, limits, long?.recordOffset ?? tailStart + at);
  return totals;
}

async function readTail(source: RandomAccessSource, start: number, signal?: AbortSignal): Promise<Buffer> {
  const cursor = new ByteCursor(source.read({ start, end: source.sizeBytes }, signal), signal);
  try {
    return Buffer.from(await cursor.take(source.sizeBytes - start));
  } finally {
    await cursor.close();
  }
}

function findEnd(tail: Buffer): number {
  const candidates = endCandidates(tail);
  const last = tail.length - END_BYTES;
  if (candidates.length > 1) throw unsafe('several-end-records', 'The archive has more than one end record, so that readers could see different contents.');
  if (candidates[0] === last) return last;
  if (candidates.length === 1) throw unsafe('archive-comment', 'The archive has a comment; comments can hide a second archive and are refused.');
  const stray = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (stray >= 0) throw unsafe('trailing-bytes', 'There are bytes behind the end of the archive, or its end was cut off.');
  throw unsafe('not-a-zip', 'The file is not a zip archive, or its end was cut off.');
}

/** Places that a reader could take for the end record: the signature, and a comment that reaches exactly to the end of the file. */
function endCandidates(tail: Buffer): number[] {
  const found: number[] = [];
  const signature = Buffer.alloc(4);
  signature.writeUInt32LE(END_SIGNATURE);
  for (let at = tail.indexOf(signature); at >= 0 && at <= tail.length - END_BYTES; at = tail.indexOf(signature, at + 1)) {
    if (at + END_BYTES + tail.readUInt16LE(at + 20) === tail.length) found.push(at);
  }
  return found;
}

function readShortTotals(tail: Buffer, at: number): Totals {
  if (tail.readUInt16LE(at + 4) !== 0 || tail.readUInt16LE(at + 6) !== 0) throw unsafe('multi-disk', 'Archives in several parts are not supported.');
  const entryCount = tail.readUInt16LE(at + 10);
  if (tail.readUInt16LE(at + 8) !== entryCount) throw unsafe('multi-disk', 'The two entry counts of the end record differ.');
  return { entryCount, directoryBytes: tail.readUInt32LE(at + 12), directoryOffset: tail.readUInt32LE(at + 16) };
}

function readLongTotals(tail: Buffer, endAt: number, tailStart: number): { totals: Totals; recordOffset: number } | null {
  const locatorAt = endAt - LOCATOR64_BYTES;
  if (locatorAt < 0 || tail.readUInt32LE(locatorAt) !== LOCATOR64_SIGNATURE) return null;
  const at = locatorAt - END64_BYTES;
  const recordOffset = readSafeUInt64(tail, locatorAt + 8);
  const consistent = at >= 0 && recordOffset === tailStart + at && tail.readUInt32LE(at) === END64_SIGNATURE && tail.readBigUInt64LE(at + 4) === BigInt(END64_BYTES - 12);
  if (!consistent) throw unsafe('zip64-lies', 'The zip64 end record is not where the archive says it is, or is not of the known form.');
  const oneDisk = [tail.readUInt32LE(locatorAt + 4), tail.readUInt32LE(at + 16), tail.readUInt32LE(at + 20)].every((disk) => disk === 0);
  if (!oneDisk || tail.readUInt32LE(locatorAt + 16) > 1) throw unsafe('multi-disk', 'Archives in several parts are not supported.');
  return { totals: readTotals(tail, at), recordOffset };
}

function readTotals(tail: Buffer, at: number): Totals {
  const onDisk = readSafeUInt64(tail, at + 24);
  const entryCount = readSafeUInt64(tail, at + 32);
  const directoryBytes = readSafeUInt64(tail, at + 40);
  const directoryOffset = readSafeUInt64(tail, at + 48);
  if (onDisk === null || onDisk !== entryCount || directoryBytes === null || directoryOffset === null) {
    throw unsafe('zip64-lies', 'The zip64 end record holds numbers that cannot be true.');
  }
  return { entryCount, directoryBytes, directoryOffset };
}

function assertAgreement(short: Totals, long: Totals): void {
  const agrees =
    (short.entryCount === MAX_UINT16 || short.entryCount === long.entryCount) &&
    (short.directoryBytes === MAX_UINT32 || short.directoryBytes === long.directoryBytes) &&
    (short.directoryOffset === MAX_UINT32 || short.directoryOffset === long.directoryOffset);
  if (!agrees) throw unsafe('zip64-lies', 'The zip64 end record and the end record disagree.');
}

function assertPlausible(totals: Totals, limits: ArchiveLimits, directoryEnd: number): void {
  if (totals.entryCount > limits.maxEntries) {
    throw archiveError({ kind: 'size', code: 'too-many-entries', message: `The archive claims ${totals.entryCount} entries; at most ${limits.maxEntries} are allowed.` });
  }
  if (totals.directoryOffset + totals.directoryBytes !== directoryEnd) {
    throw unsafe('directory-position', 'The central directory does not lie where the archive says: bytes were added, removed or moved.');
  }
  if (totals.directoryBytes > limits.maxDirectoryBytes) {
    throw archiveError({ kind: 'size', code: 'directory-too-large', message: `The central directory has ${totals.directoryBytes} bytes; at most ${limits.maxDirectoryBytes} are allowed.` });
  }
  if (totals.entryCount * 46 > totals.directoryBytes) {
    throw unsafe('entry-count-lies', 'The archive claims more entries than its central directory can hold.');
  }
}

function unsafe(code: string, message: string): Error {
  return archiveError({ kind: 'unsafe', code, message });
}

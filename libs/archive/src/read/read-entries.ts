import type { ArchiveDirectory, ArchiveEntry } from '../archive-entry.js';
import { archiveError, ArchiveFindings } from '../archive-findings.js';
import { ByteCursor, EndOfBytes } from '../byte-cursor.js';
import type { RandomAccessSource } from '../random-access-source.js';
import { END_SIGNATURE, LOCAL_HEADER_SIGNATURE } from '../zip-format.js';
import { EntryDefect, entryData, type EntryTotals } from './entry-data.js';
import { checkTrailer, readLocalHeader } from './local-header.js';

const SIGNATURE_BYTES = 4;
/** How a zip begins: with an entry, or with its end when it is empty. */
const NESTED: ReadonlySet<number> = new Set([LOCAL_HEADER_SIGNATURE, END_SIGNATURE]);

/** Gets one entry's bytes; what it leaves unread is checked behind it. */
export type VisitEntry = (entry: ArchiveEntry, bytes: AsyncIterable<Uint8Array>) => Promise<void>;

/** Entries that lie one behind the other, such as a whole directory's, up to `directoryOffset`. */
export type EntryRegion = Pick<ArchiveDirectory, 'entriesByOffset' | 'directoryOffset' | 'maxFindings'>;

/** Some entries of a directory, to be read in one read of their own bytes; what lies between them is read over. */
export function regionOf(directory: ArchiveDirectory, entries: readonly ArchiveEntry[]): EntryRegion {
  const ordered = [...entries].sort((left, right) => left.localHeaderOffset - right.localHeaderOffset);
  return { entriesByOffset: () => ordered, directoryOffset: ordered.at(-1)?.regionEnd ?? 0, maxFindings: directory.maxFindings };
}

function startOf(region: EntryRegion): number {
  for (const first of region.entriesByOffset()) return first.localHeaderOffset;
  return region.directoryOffset;
}

/**
 * One pass over the archive from its first byte to its directory: local headers are compared with the directory, data is unpacked, sizes and CRCs are
 * checked. Directories have no data and are not visited. With a region of some entries a large archive is taken
 * piece by piece, each in one read.
 *
 * @throws DomainError `unsafe-archive` with every entry that is damaged or lies; an error of `visit` as it is.
 */
export async function readEntries(source: RandomAccessSource, region: EntryRegion, visit: VisitEntry, signal?: AbortSignal): Promise<void> {
  const findings = new ArchiveFindings(region.maxFindings);
  const start = startOf(region);
  const cursor = new ByteCursor(source.read({ start, end: region.directoryOffset }, signal), signal, start);
  try {
    for (const entry of region.entriesByOffset()) {
      signal?.throwIfAborted();
      await cursor.skip(entry.localHeaderOffset - cursor.position);
      await visitEntry(cursor, entry, visit).catch((error: unknown) => addDefect(findings, entry, error));
      if (findings.full) break;
      // After a defect the rest of the region is passed over.
      await cursor.skip(entry.regionEnd - cursor.position);
    }
  } catch (error) {
    if (!(error instanceof EndOfBytes)) throw error;
    throw archiveError({ kind: 'unsafe', code: 'truncated', message: 'The archive ends too early.' }, error);
  } finally {
    await cursor.close();
  }
  findings.throwIfAny();
}

/** One entry by a ranged read, checked like in a pass. */
export async function* readEntry(source: RandomAccessSource, entry: ArchiveEntry, signal?: AbortSignal): AsyncIterable<Uint8Array> {
  const cursor = new ByteCursor(source.read({ start: entry.localHeaderOffset, end: entry.regionEnd }, signal), signal);
  const findings = new ArchiveFindings(1);
  try {
    await readLocalHeader(cursor, entry);
    yield* entryData(cursor, shapeOf(entry), emptyTotals());
  } catch (error) {
    addDefect(findings, entry, error);
    findings.throwIfAny(error);
  } finally {
    await cursor.close();
  }
}

async function visitEntry(cursor: ByteCursor, entry: ArchiveEntry, visit: VisitEntry): Promise<void> {
  const toldInHeader = await readLocalHeader(cursor, entry);
  // A directory has no data but the empty deflate stream that some tools write; its length was checked by the gate.
  if (entry.isDirectory) await cursor.skip(entry.compressedBytes);
  else await visitData(cursor, entry, visit);
  // A region's slack is bounded by the gate.
  checkTrailer(await cursor.take(entry.regionEnd - cursor.position), entry, toldInHeader);
}

async function visitData(cursor: ByteCursor, entry: ArchiveEntry, visit: VisitEntry): Promise<void> {
  const totals = emptyTotals();
  const data = withoutNesting(entryData(cursor, shapeOf(entry), totals));
  let defect: EntryDefect | undefined;
  await visit(entry, watched(data, (found) => (defect = found)));
  if (defect !== undefined) throw defect;
  // What the visitor left unread is checked all the same.
  for await (const _ of data);
}

/** An archive in an archive is never a part of a dataset; stored, it would also be seen by readers that look for local headers. Holds back three bytes at most. */
async function* withoutNesting(data: AsyncGenerator<Buffer, void, undefined>): AsyncGenerator<Buffer, void, undefined> {
  let head: Buffer | null = Buffer.alloc(0);
  for await (const chunk of data) {
    if (head === null) {
      yield chunk;
      continue;
    }
    head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
    if (head.length < SIGNATURE_BYTES) continue;
    if (NESTED.has(head.readUInt32LE(0))) throw new EntryDefect('nested-archive', 'it is an archive itself.');
    yield head;
    head = null;
  }
  if (head !== null && head.length > 0) yield head;
}

/** Hands the bytes on. A defect ends them and is kept: the visitor may swallow an error, the archive's verdict may not be lost. */
async function* watched(data: AsyncGenerator<Uint8Array, void, undefined>, onDefect: (defect: EntryDefect) => void): AsyncIterable<Uint8Array> {
  try {
    // Not `yield*`: a visitor that stops early would end the data too, and the rest would go unchecked.
    for (let next = await data.next(); next.done !== true; next = await data.next()) yield next.value;
  } catch (error) {
    if (!(error instanceof EntryDefect)) throw error;
    onDefect(error);
  }
}

const shapeOf = (entry: ArchiveEntry): Parameters<typeof entryData>[1] => ({
  method: entry.method,
  compressedBytes: entry.compressedBytes,
  sizeBytes: entry.sizeBytes,
  crc32: entry.crc32,
  maxBytes: entry.sizeBytes,
});

const emptyTotals = (): EntryTotals => ({ compressedBytes: 0, sizeBytes: 0, crc32: 0 });

function addDefect(findings: ArchiveFindings, entry: ArchiveEntry, error: unknown): void {
  if (error instanceof EndOfBytes) findings.add({ kind: 'unsafe', code: 'truncated', message: 'its data is cut off.', entry });
  else if (error instanceof EntryDefect) findings.add({ kind: 'unsafe', code: error.code, message: error.message, entry });
  else throw error;
}

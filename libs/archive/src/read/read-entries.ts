import type { ArchiveDirectory, ArchiveEntry } from '../archive-entry.js';
import { archiveError, ArchiveFindings } from '../archive-findings.js';
import { ByteCursor, EndOfBytes } from '../byte-cursor.js';
import type { RandomAccessSource } from '../random-access-source.js';
import { FLAG_DESCRIPTOR, LOCAL_HEADER_BYTES, LOCAL_HEADER_SIGNATURE, MAX_UINT32 } from '../zip-format.js';
import { EntryDefect, entryData, type EntryTotals } from './entry-data.js';

/** Gets one entry's bytes; must read them to the end for their CRC to count, or leave them unread. */
export type VisitEntry = (entry: ArchiveEntry, bytes: AsyncIterable<Uint8Array>) => Promise<void>;

/**
 * One pass over the archive from its first byte to its directory: local headers are compared with the directory, data is unpacked, sizes and CRCs are
 * checked. Directories have no data and are not visited.
 *
 * @throws DomainError `unsafe-archive` with every entry that is damaged or lies; an error of `visit` as it is.
 */
export async function readEntries(source: RandomAccessSource, directory: ArchiveDirectory, visit: VisitEntry, signal?: AbortSignal): Promise<void> {
  const findings = new ArchiveFindings(directory.maxFindings);
  const ordered = [...directory.entries].sort((left, right) => left.localHeaderOffset - right.localHeaderOffset);
  const cursor = new ByteCursor(source.read({ start: 0, end: directory.directoryOffset }, signal), signal);
  try {
    for (const entry of ordered) {
      signal?.throwIfAborted();
      await cursor.skip(entry.localHeaderOffset - cursor.position);
      await visitEntry(cursor, entry, visit).catch((error: unknown) => addDefect(findings, entry, error));
      if (findings.full) break;
      // Behind the data there may be a descriptor, and alignment.
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
  await readLocalHeader(cursor, entry);
  if (entry.isDirectory) return;
  const totals = emptyTotals();
  const data = entryData(cursor, shapeOf(entry), totals);
  let defect: EntryDefect | undefined;
  await visit(entry, watched(data, (found) => (defect = found)));
  if (defect !== undefined) throw defect;
  // A visitor that left the bytes unread: they are checked all the same.
  for await (const _ of data);
}

/** Hands the bytes on. A defect ends them and is kept: the visitor may swallow an error, the archive's verdict may not be lost. */
async function* watched(data: AsyncIterable<Uint8Array>, onDefect: (defect: EntryDefect) => void): AsyncIterable<Uint8Array> {
  try {
    yield* data;
  } catch (error) {
    if (!(error instanceof EntryDefect)) throw error;
    onDefect(error);
  }
}

async function readLocalHeader(cursor: ByteCursor, entry: ArchiveEntry): Promise<void> {
  const header = await cursor.take(LOCAL_HEADER_BYTES);
  if (header.readUInt32LE(0) !== LOCAL_HEADER_SIGNATURE) throw new EntryDefect('header-lies', 'its local header is not where the directory says.');
  const nameBytes = header.readUInt16LE(26);
  const extraBytes = header.readUInt16LE(28);
  const [flags, method, crc, compressed, size] = [header.readUInt16LE(6), header.readUInt16LE(8), header.readUInt32LE(14), header.readUInt32LE(18), header.readUInt32LE(22)];
  const name = (await cursor.take(nameBytes)).toString('latin1');
  await cursor.skip(extraBytes);
  if (name !== entry.rawName) throw new EntryDefect('header-lies', 'its local header has another name than the directory.');
  if (method !== entry.method || flags !== entry.flags) throw new EntryDefect('header-lies', 'its local header has another method or other flags than the directory.');
  const told = (flags & FLAG_DESCRIPTOR) === 0;
  const agrees = (local: number, central: number): boolean => local === central || local === MAX_UINT32;
  if (told && !(crc === entry.crc32 && agrees(compressed, entry.compressedBytes) && agrees(size, entry.sizeBytes))) {
    throw new EntryDefect('header-lies', 'its local header has another size or CRC than the directory.');
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

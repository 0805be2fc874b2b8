import type { ArchiveDirectory } from '../archive-entry.js';
import { archiveError, ArchiveFindings } from '../archive-findings.js';
import { ByteCursor, EndOfBytes } from '../byte-cursor.js';
import type { ArchiveLimits } from '../limits.js';
import type { RandomAccessSource } from '../random-access-source.js';
import { checkNames, checkRegions } from './directory-gate.js';
import { DirectoryParser } from './directory-parser.js';
import { readEndRecord, type EndRecord } from './end-record.js';
import type { EntryTable } from './entry-table.js';

/**
 * Reads and judges the central directory (two reads of the source; no entry is unpacked). The count is checked before the first entry is parsed.
 *
 * @throws DomainError `unsafe-archive` or `too-large` with every finding, `limits.maxFindings` at most, each with the entry's name and index.
 */
export async function openArchive(source: RandomAccessSource, limits: ArchiveLimits, signal?: AbortSignal): Promise<ArchiveDirectory> {
  if (source.sizeBytes > limits.maxArchiveBytes) {
    throw archiveError({ kind: 'size', code: 'archive-too-large', message: `The archive has ${source.sizeBytes} bytes; at most ${limits.maxArchiveBytes} are allowed.` });
  }
  try {
    const end = await readEndRecord(source, limits, signal);
    return await readDirectory(source, { end, limits }, signal);
  } catch (error) {
    if (!(error instanceof EndOfBytes)) throw error;
    throw archiveError({ kind: 'unsafe', code: 'truncated', message: 'The archive ends too early.' }, error);
  }
}

async function readDirectory(source: RandomAccessSource, context: { end: EndRecord; limits: ArchiveLimits }, signal?: AbortSignal): Promise<ArchiveDirectory> {
  const { end, limits } = context;
  const findings = new ArchiveFindings(limits.maxFindings);
  const parser = new DirectoryParser(end, limits, findings);
  const cursor = new ByteCursor(source.read({ start: end.directoryOffset, end: end.directoryOffset + end.directoryBytes }, signal), signal);
  try {
    const table = await parser.parse(cursor);
    checkNames(table, findings, limits.maxNameBytes);
    checkRegions(table, end.directoryOffset, findings);
    checkTotals(parser.unpackedBytes, source.sizeBytes, { limits, findings });
    findings.throwIfAny();
    return directoryOf(table, { ...end, sizeBytes: source.sizeBytes, totalBytes: parser.unpackedBytes, maxFindings: limits.maxFindings });
  } finally {
    await cursor.close();
  }
}

type DirectoryFacts = Pick<ArchiveDirectory, 'entryCount' | 'directoryOffset' | 'directoryBytes' | 'sizeBytes' | 'totalBytes' | 'maxFindings'>;

function directoryOf(table: EntryTable, facts: DirectoryFacts): ArchiveDirectory {
  return {
    ...facts,
    *entries() {
      for (let row = 0; row < table.count; row += 1) yield table.entry(row);
    },
    *entriesByOffset() {
      for (let place = 0; place < table.sortedCount; place += 1) yield table.entry(table.rowAt(place));
    },
    entry(index) {
      if (!Number.isInteger(index) || index < 0 || index >= table.count) throw new RangeError(`There is no entry ${index}.`);
      return table.entry(index);
    },
  };
}

function checkTotals(totalBytes: number, archiveBytes: number, context: { limits: ArchiveLimits; findings: ArchiveFindings }): void {
  const { limits, findings } = context;
  if (totalBytes > limits.maxTotalBytes) {
    findings.add({ kind: 'size', code: 'total-too-large', message: `The archive unpacks to ${totalBytes} bytes; at most ${limits.maxTotalBytes} are allowed.` });
  } else if (totalBytes > limits.ratioFloorBytes && totalBytes > limits.maxRatio * archiveBytes) {
    findings.add({ kind: 'size', code: 'ratio-too-high', message: `The archive unpacks to more than ${limits.maxRatio} times its size.` });
  }
}

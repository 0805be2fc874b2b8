import type { ArchiveFindings } from '../archive-findings.js';
import { LOCAL_HEADER_BYTES, MAX_UINT16 } from '../zip-format.js';
import type { EntryTable } from './entry-table.js';
import { areSiblings, NameIndex } from './name-index.js';

/** The longest data descriptor: signature, CRC and two 64-bit sizes. */
const MAX_DESCRIPTOR_BYTES = 24;

/** Two entries of one name, also when they differ only in case; a file where another entry needs a directory. Names that are too long are refused already. */
export function checkNames(table: EntryTable, findings: ArchiveFindings, maxNameBytes: number): void {
  const index = new NameIndex(table, maxNameBytes);
  for (let row = 0; row < table.count && !findings.full; row += 1) {
    if (table.isBroken(row) || table.hasLongName(row) || index.add(row)) continue;
    findings.add({ kind: 'unsafe', code: 'duplicate-name', message: 'another entry has the same name (case and Unicode form do not count).', entry: place(table, row) });
  }
  checkParents(table, index, findings);
}

function checkParents(table: EntryTable, index: NameIndex, findings: ArchiveFindings): void {
  let judged = -1;
  for (let row = 0; row < table.count && !findings.full; row += 1) {
    if (table.isBroken(row) || table.hasLongName(row)) continue;
    const isKnown = judged >= 0 && areSiblings(table, judged, row);
    judged = row;
    if (isKnown || !index.hasFileAsParent(row)) continue;
    findings.add({ kind: 'unsafe', code: 'file-and-directory', message: 'a part of its path is a file in this archive.', entry: place(table, row) });
  }
}

/**
 * Entries must fill the file from its first byte to the directory, one behind the other. Overlaps are how a few bytes unpack to terabytes; gaps hide
 * entries that readers of local headers would see. Exact ends are known only when the local header is read: here the slack is one extra area and descriptor.
 */
export function checkRegions(table: EntryTable, directoryOffset: number, findings: ArchiveFindings): void {
  table.sortByOffset();
  const count = table.sortedCount;
  if ((count === 0 ? directoryOffset : table.localHeaderOffset(table.rowAt(0))) !== 0) {
    findings.add({ kind: 'unsafe', code: 'leading-bytes', message: 'There are bytes before the first entry.' });
  }
  for (let at = 0; at < count && !findings.full; at += 1) {
    const row = table.rowAt(at);
    const end = at + 1 < count ? table.localHeaderOffset(table.rowAt(at + 1)) : directoryOffset;
    table.setRegionEnd(row, end);
    const leastEnd = table.localHeaderOffset(row) + LOCAL_HEADER_BYTES + table.nameEnd(row) - table.nameStart(row) + table.compressedBytes(row);
    if (leastEnd > end) findings.add({ kind: 'unsafe', code: 'overlap', message: 'it reaches into the next entry or out of the file.', entry: place(table, row) });
    else if (end - leastEnd > MAX_UINT16 + MAX_DESCRIPTOR_BYTES) {
      findings.add({ kind: 'unsafe', code: 'hidden-bytes', message: 'bytes that belong to no entry follow it.', entry: place(table, row) });
    }
  }
}

function place(table: EntryTable, row: number): { index: number; name: string } {
  return { index: row, name: table.name(row) };
}

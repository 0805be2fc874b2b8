import type { ArchiveFindings } from '../archive-findings.js';
import { foldName } from '../entry-name.js';
import { LOCAL_HEADER_BYTES, MAX_UINT16 } from '../zip-format.js';
import type { DraftEntry } from './directory-parser.js';

/** The longest data descriptor: signature, CRC and two 64-bit sizes. */
const MAX_DESCRIPTOR_BYTES = 24;

/** Two entries of one name, also when they differ only in case; a file where another entry needs a directory. */
export function checkNames(drafts: readonly DraftEntry[], findings: ArchiveFindings): void {
  const files = new Set<string>();
  const directories = new Set<string>();
  for (const draft of drafts) {
    const key = foldName(draft.isDirectory ? draft.name.slice(0, -1) : draft.name);
    const own = draft.isDirectory ? directories : files;
    if (own.has(key)) findings.add({ kind: 'unsafe', code: 'duplicate-name', message: 'another entry has the same name (case and Unicode form do not count).', entry: draft });
    own.add(key);
    if (findings.full) return;
  }
  checkParents(drafts, files, findings);
}

function checkParents(drafts: readonly DraftEntry[], files: ReadonlySet<string>, findings: ArchiveFindings): void {
  const known = new Set<string>();
  for (const draft of drafts) {
    if (findings.full) return;
    const path = draft.isDirectory ? draft.name : draft.name.slice(0, draft.name.lastIndexOf('/') + 1);
    if (path === '' || known.has(path)) continue;
    known.add(path);
    if (parentsOf(foldName(path)).some((parent) => files.has(parent))) {
      findings.add({ kind: 'unsafe', code: 'file-and-directory', message: 'a part of its path is a file in this archive.', entry: draft });
    }
  }
}

/** `a/b/` gives `a` and `a/b`. */
function parentsOf(path: string): string[] {
  const parents: string[] = [];
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) parents.push(path.slice(0, slash));
  return parents;
}

/**
 * Entries must fill the file from its first byte to the directory, one behind the other. Overlaps are how a few bytes unpack to terabytes; gaps hide
 * entries that readers of local headers would see. Exact ends are known only when the local header is read: here the slack is one extra area and descriptor.
 */
export function checkRegions(drafts: readonly DraftEntry[], directoryOffset: number, findings: ArchiveFindings): void {
  const byOffset = [...drafts].sort((a, b) => a.localHeaderOffset - b.localHeaderOffset);
  const first = byOffset[0];
  if ((first?.localHeaderOffset ?? directoryOffset) !== 0) {
    findings.add({ kind: 'unsafe', code: 'leading-bytes', message: 'There are bytes before the first entry.' });
  }
  for (const [position, draft] of byOffset.entries()) {
    if (findings.full) return;
    const next = byOffset[position + 1];
    draft.regionEnd = next?.localHeaderOffset ?? directoryOffset;
    const leastEnd = draft.localHeaderOffset + LOCAL_HEADER_BYTES + draft.rawName.length + draft.compressedBytes;
    if (leastEnd > draft.regionEnd) findings.add({ kind: 'unsafe', code: 'overlap', message: 'it reaches into the next entry or out of the file.', entry: draft });
    else if (draft.regionEnd - leastEnd > MAX_UINT16 + MAX_DESCRIPTOR_BYTES) {
      findings.add({ kind: 'unsafe', code: 'hidden-bytes', message: 'bytes that belong to no entry follow it.', entry: draft });
    }
  }
}

export { type ArchiveDirectory, type ArchiveEntry } from './archive-entry.js';
export { type ArchiveLimits, DEFAULT_ARCHIVE_LIMITS } from './limits.js';
export { bufferSource, fileSource, rangedSource, type RandomAccessSource, type SourceRange } from './random-access-source.js';
export { openArchive } from './read/open-archive.js';
export { readEntries, readEntry, regionOf, type EntryRegion, type VisitEntry } from './read/read-entries.js';
export { plannedZip, streamedZip, type PlannedEntry, type PlannedZip } from './write/planned-zip.js';
export { textEntry } from './write/text-entry.js';
export { workedAhead, type Work } from './write/worked-ahead.js';

/** What an archive may claim and hold. Every number is a default of the API's limits; a smaller one is set in tests and by the operator. */
export interface ArchiveLimits {
  /** Bytes of the archive itself. */
  readonly maxArchiveBytes: number;
  readonly maxEntries: number;
  /** Declared bytes of one entry after unpacking. */
  readonly maxEntryBytes: number;
  /** Declared bytes of all entries after unpacking: a data set of images does not grow much, so a small factor of the archive's limit is enough. */
  readonly maxTotalBytes: number;
  /** Unpacked bytes for each packed byte, of one entry and of the whole. Deflate can reach 1,032; label files stay under 50. */
  readonly maxRatio: number;
  /** Entries up to this size are not judged by ratio: they cannot do harm, and short repetitive JSON packs well. */
  readonly ratioFloorBytes: number;
  /** Bytes of the central directory: it bounds the memory that names take. */
  readonly maxDirectoryBytes: number;
  /** Bytes of one name as stored; object stores take no longer keys. */
  readonly maxNameBytes: number;
  /** After so many findings the rest is not looked at: the reader has enough to repair, and hostile input cannot make the answer long. */
  readonly maxFindings: number;
}

export const DEFAULT_ARCHIVE_LIMITS: ArchiveLimits = {
  maxArchiveBytes: 20_000_000_000,
  maxEntries: 1_200_000,
  maxEntryBytes: 1_000_000_000,
  maxTotalBytes: 40_000_000_000,
  maxRatio: 200,
  ratioFloorBytes: 16_384,
  maxDirectoryBytes: 268_435_456,
  maxNameBytes: 1_024,
  maxFindings: 1_000,
};

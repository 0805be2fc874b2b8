/** An archive's bytes: once front to back, and small ranges beside that (its directory lies at the end). */
export interface ArchiveBytes {
  readonly sizeBytes: number;
  /** The only full reading; can be taken once. */
  readonly stream: AsyncIterable<Uint8Array>;
  /** Bytes from `start` up to, not including, `end`. */
  range(range: { readonly start: number; readonly end: number }): AsyncIterable<Uint8Array>;
}

export interface ArchiveFile {
  /** Safe relative POSIX path. */
  readonly name: string;
  /** After unpacking. */
  readonly sizeBytes: number;
}

export type VisitFile = (file: ArchiveFile, bytes: AsyncIterable<Uint8Array>) => Promise<void>;

/** Reads an archive while it arrives. */
export abstract class ArchiveReader {
  /**
   * Visits those that are wanted first, by ranges of their own, then every other file in the order of the bytes. Throws a DomainError (`unsafe-archive`, `too-large`) for an archive that must not be read.
   */
  abstract read(archive: ArchiveBytes, visit: VisitFile, options: { readonly signal: AbortSignal; readonly isFirst?: (name: string) => boolean }): Promise<void>;
}

export interface ArchiveFile {
  /** Safe relative POSIX path. */
  readonly name: string;
  /** As the archive declares it; null where it is told only behind the data. */
  readonly sizeBytes: number | null;
}

export type VisitFile = (file: ArchiveFile, bytes: AsyncIterable<Uint8Array>) => Promise<void>;

/** Reads an archive front to back from a stream that cannot go back. */
export abstract class ArchiveReader {
  /** Visits every file in the order of the bytes. Throws a DomainError (`unsafe-archive`, `too-large`) for an archive that must not be read. */
  abstract read(bytes: AsyncIterable<Uint8Array>, visit: VisitFile, signal: AbortSignal): Promise<void>;
}

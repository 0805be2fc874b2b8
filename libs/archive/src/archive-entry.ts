/** One entry of the central directory that passed the gate. */
export interface ArchiveEntry {
  /** Position in the central directory, from 0. */
  readonly index: number;
  /** Decoded and in Unicode NFC. Ends in `/` for a directory. Safe as a relative POSIX path. */
  readonly name: string;
  /** The name's bytes as stored, one character a byte. */
  readonly rawName: string;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly flags: number;
  readonly compressedBytes: number;
  /** Declared bytes after unpacking; reading checks that it is true. */
  readonly sizeBytes: number;
  readonly crc32: number;
  readonly localHeaderOffset: number;
  /** Where the next entry or the central directory begins: header, data and descriptor of this entry lie before it. */
  readonly regionEnd: number;
  readonly isDirectory: boolean;
  /** `__MACOSX/`, `.DS_Store`, `Thumbs.db`, names that start with a dot. */
  readonly isJunk: boolean;
}

/** A directory that passed the gate. Entries are made when they are asked for: a million of them as objects would take 300 MB. */
export interface ArchiveDirectory {
  readonly entryCount: number;
  /** In the order of the central directory. */
  entries(): Iterable<ArchiveEntry>;
  /** In the order of their data in the file. */
  entriesByOffset(): Iterable<ArchiveEntry>;
  /** @throws RangeError when there is no entry of that index. */
  entry(index: number): ArchiveEntry;
  readonly directoryOffset: number;
  readonly directoryBytes: number;
  readonly sizeBytes: number;
  /** Sum of the declared sizes. */
  readonly totalBytes: number;
  /** Findings while data is read are capped by the same number. */
  readonly maxFindings: number;
}

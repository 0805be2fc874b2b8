/** The part of a zip before masks and label files: images one behind the other, in the order of their numbers. */
export interface ZipRegion {
  readonly images: number;
  readonly bytes: number;
  /** EntryTally.digest of libs/archive: zips of one digest begin with the same bytes. */
  readonly digest: string;
  /** State of ResumableSha256 at its end. */
  readonly sha256State: Uint8Array;
}

export interface SnapshotZip {
  readonly key: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Of the object when it was written; null: it was not kept then. */
  readonly etag: string | null;
  /** Null where the zip was uploaded: its order is another one. */
  readonly region: ZipRegion | null;
}

export interface SnapshotFailure {
  readonly code: string;
  readonly detail: string;
}

export interface SnapshotTotals {
  readonly images: number;
  readonly labeled: number;
  /** Null, as the counts by class, while they are in an uploaded zip that was not read into rows yet. */
  readonly annotations: number | null;
  readonly splits: { readonly train: number; readonly val: number; readonly test: number };
  /** Annotations by class id. */
  readonly classes: Readonly<Record<string, number>> | null;
}

export interface SnapshotContent {
  readonly contentHash: string;
  readonly totals: SnapshotTotals;
}

/** What label files say of the dataset itself, frozen: the Annotation module's, handed back to it as it is. */
export interface SnapshotHead {
  readonly position: number;
  readonly name: string;
}

export interface SnapshotState {
  readonly id: string;
  readonly datasetId: string;
  readonly version: number;
  /** The newest version when it was made. */
  readonly parent: number | null;
  /** In the dataset's sequence of changes. */
  readonly position: number;
  /** Null: of a version that was made before versions were positions. */
  readonly head: SnapshotHead | null;
  readonly requestedBy: string;
  readonly createdAt: Date;
  note: string | null;
  tag: string | null;
  /** Null until it is counted. */
  contentHash: string | null;
  numImages: number;
  numLabeled: number;
  totals: SnapshotTotals | null;
  state: 'building' | 'ready' | 'failed' | 'deleted';
  zipState: 'none' | 'building' | 'ready' | 'failed';
  /** Kept when the zip is dropped: one that is made again must equal it. */
  zip: SnapshotZip | null;
  /** Of a dropped zip: what stood behind the images. */
  tail: { readonly key: string; readonly sizeBytes: number } | null;
  zipUsedAt: Date | null;
  /** Somebody found the zip damaged: nothing is copied from it, and it is read whole or made again. */
  zipSuspectedAt: Date | null;
  /** When that was done. */
  zipCheckedAt: Date | null;
  bytesMoved: number | null;
  bytesCopied: number | null;
  failure: SnapshotFailure | null;
  completedAt: Date | null;
  /** Training jobs that still wait; each is told once, with the outcome, and is off the list then. */
  waitingJobIds: readonly string[];
}

export interface ZipProgressView {
  /** Bytes of the zip that are there, of how many; null before the first ones. */
  readonly done: number | null;
  readonly total: number | null;
  readonly startedAt: Date | null;
}

export interface SnapshotFactsView {
  readonly requestedByName: string | null;
  /** Null where its zip is not being made. */
  readonly progress: ZipProgressView | null;
}

/** What readers are shown and nobody decides by; how far a zip is moves each second. */
export abstract class SnapshotFacts {
  abstract of(snapshotIds: readonly string[]): Promise<ReadonlyMap<string, SnapshotFactsView>>;
}

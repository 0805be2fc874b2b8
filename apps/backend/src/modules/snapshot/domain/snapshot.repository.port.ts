import type { Snapshot } from './snapshot.aggregate.js';
import type { ZipRegion } from './snapshot.state.js';

/** A zip that another one may begin like. */
export interface ZipBase {
  readonly version: number;
  readonly key: string;
  readonly sizeBytes: number;
  readonly etag: string | null;
  readonly region: ZipRegion;
}

/** All inside the caller's unit of work. Versions that failed or were deleted are found by their number only. */
export abstract class SnapshotRepository {
  abstract findForUpdate(id: string): Promise<Snapshot | null>;
  /** Locked. */
  abstract findByContent(datasetId: string, contentHash: string): Promise<Snapshot | null>;
  /** The newest version of this position, or restored at it. Locked. */
  abstract findByPosition(datasetId: string, position: number): Promise<Snapshot | null>;
  /** The dataset is this version again at a position behind its own. */
  abstract markRestored(id: string, position: number): Promise<void>;
  abstract findByVersion(datasetId: string, version: number): Promise<Snapshot | null>;
  /** The same, locked: for who saves it. */
  abstract findByVersionForUpdate(datasetId: string, version: number): Promise<Snapshot | null>;
  /** Locks the dataset's numbering until the transaction ends, and answers the next number. */
  abstract nextVersion(datasetId: string): Promise<number>;
  /** Newest first; without those that failed or were deleted. */
  abstract newest(datasetId: string, count: number): Promise<readonly Snapshot[]>;
  abstract newestWithZip(datasetId: string): Promise<Snapshot | null>;
  /** Newest first; none that somebody doubts. */
  abstract zipBases(datasetId: string, count: number): Promise<readonly ZipBase[]>;
  /** A zip that others may begin like and that nobody looked at since then, the longest unseen first; it counts as seen at `now`. Two that ask get two. */
  abstract takeZipToLookAt(at: { readonly now: Date; readonly unseenSince: Date }): Promise<{ readonly datasetId: string; readonly zip: ZipBase } | null>;
  /** Ids of versions whose zip nobody needed since then, and that have a newer one with a zip. */
  abstract supersededZips(unusedSince: Date): Promise<readonly string[]>;
  /** Ids of versions that were recorded while the labels were in the uploaded zip only. */
  abstract uncounted(datasetId: string): Promise<readonly string[]>;
  /** Ids of versions with a zip that somebody found damaged while nobody could tell the builder. */
  abstract doubtedZips(): Promise<readonly string[]>;
  /** Ids of the other versions of the dataset whose zips may have bytes of one that was damaged: those that were not read whole since it was doubted. */
  abstract zipsOfOneOrigin(datasetId: string, damaged: { readonly id: string; readonly doubtedAt: Date }): Promise<readonly string[]>;
  /** Newest first. */
  abstract list(datasetId: string, page: { readonly limit: number; readonly beforeVersion?: number }): Promise<readonly Snapshot[]>;
  /** Saves and writes the outbox rows in the same transaction. */
  abstract save(snapshot: Snapshot): Promise<void>;
}

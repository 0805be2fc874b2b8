import type { Snapshot } from './snapshot.aggregate.js';

/** All inside the caller's unit of work. */
export abstract class SnapshotRepository {
  abstract findForUpdate(id: string): Promise<Snapshot | null>;
  /** The version of this content that is ready or being built. Locked. */
  abstract findByContent(datasetId: string, contentHash: string): Promise<Snapshot | null>;
  abstract findByVersion(datasetId: string, version: number): Promise<Snapshot | null>;
  /** The same, locked: for who saves it. */
  abstract findByVersionForUpdate(datasetId: string, version: number): Promise<Snapshot | null>;
  /** Locks the dataset's numbering until the transaction ends, and answers the next number. */
  abstract nextVersion(datasetId: string): Promise<number>;
  abstract newestReady(datasetId: string): Promise<Snapshot | null>;
  /** Newest first. */
  abstract list(datasetId: string, page: { readonly limit: number; readonly beforeVersion?: number }): Promise<readonly Snapshot[]>;
  /** Saves and writes the outbox rows in the same transaction. */
  abstract save(snapshot: Snapshot): Promise<void>;
}

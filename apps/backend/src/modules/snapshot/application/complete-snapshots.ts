import { DomainError } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { SnapshotRepository } from '../domain/snapshot.repository.port.js';
import { ZipDoubts } from './zip-doubts.js';

/** What a version is, with or without a zip. */
export interface SnapshotIdentity {
  readonly id: string;
  readonly version: number;
  /** In the dataset's sequence of changes. */
  readonly position: number;
  /** Null until it is counted. */
  readonly contentHash: string | null;
  /** What its label file says of the dataset; null of one from before versions were positions. */
  readonly head: Readonly<Record<string, unknown>> | null;
}

export interface CompleteSnapshot {
  readonly id: string;
  readonly datasetId: string;
  readonly version: number;
  readonly key: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Versions whose zip can be read, for other modules; who asks has checked the permission. */
@Injectable()
export class CompleteSnapshots {
  constructor(
    private readonly snapshots: SnapshotRepository,
    private readonly doubts: ZipDoubts,
  ) {}

  /** Null: there is no such version, or no zip of it. Throws `unavailable` while its zip is checked or made again. */
  async find(datasetId: string, version: number): Promise<CompleteSnapshot | null> {
    const state = (await this.snapshots.findByVersion(datasetId, version))?.state;
    if (state?.zipState === 'building' && state.zipSuspectedAt !== null) throw new DomainError('unavailable', 'The zip of this version is being checked.', { retryAfterSeconds: 5 });
    if (state?.zipState !== 'ready' || state.zip === null) return null;
    const { key, sizeBytes, sha256 } = state.zip;
    return { id: state.id, datasetId, version, key, sizeBytes, sha256 };
  }

  /** Null: there is no such version. Left out: the newest. */
  async identity(datasetId: string, version?: number): Promise<SnapshotIdentity | null> {
    const snapshot = version === undefined ? ((await this.snapshots.newest(datasetId, 1))[0] ?? null) : await this.snapshots.findByVersion(datasetId, version);
    if (snapshot === null || snapshot.state.state === 'deleted' || snapshot.state.state === 'failed') return null;
    const { id, position, contentHash, head, version: number } = snapshot.state;
    return { id, version: number, position, contentHash, head: head === null ? null : { ...head } };
  }

  /** A reader found other bytes than were frozen; in the caller's unit of work. The zip is checked, and made again where that is so. */
  async doubt(datasetId: string, version: number): Promise<void> {
    await this.doubts.raise(datasetId, version);
  }

  /** Whether there is such a version; its zip is made when it is asked for. */
  async exists(datasetId: string, version: number): Promise<boolean> {
    const state = (await this.snapshots.findByVersion(datasetId, version))?.state.state;
    return state === 'ready' || state === 'building';
  }
}

import { Injectable } from '@nestjs/common';
import { SnapshotRepository } from '../domain/snapshot.repository.port.js';

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
  constructor(private readonly snapshots: SnapshotRepository) {}

  async find(datasetId: string, version: number): Promise<CompleteSnapshot | null> {
    const state = (await this.snapshots.findByVersion(datasetId, version))?.state;
    if (state?.zipState !== 'ready' || state.zip === null) return null;
    const { key, sizeBytes, sha256 } = state.zip;
    return { id: state.id, datasetId, version, key, sizeBytes, sha256 };
  }

  /** Whether there is such a version; its zip is made when it is asked for. */
  async exists(datasetId: string, version: number): Promise<boolean> {
    const state = (await this.snapshots.findByVersion(datasetId, version))?.state.state;
    return state === 'ready' || state === 'building';
  }
}

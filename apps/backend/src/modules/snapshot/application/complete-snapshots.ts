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
    if (state?.state !== 'ready' || state.zip === null) return null;
    return { id: state.id, datasetId, version, ...state.zip };
  }
}

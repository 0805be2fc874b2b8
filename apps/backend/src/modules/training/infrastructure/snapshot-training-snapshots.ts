import { Injectable } from '@nestjs/common';
import { CompleteSnapshots } from '../../snapshot/index.js';
import { TrainingSnapshots, type TrainingSnapshot } from '../application/ports/snapshots.port.js';

@Injectable()
export class SnapshotTrainingSnapshots extends TrainingSnapshots {
  constructor(private readonly snapshots: CompleteSnapshots) {
    super();
  }

  async exists(datasetId: string, version: number): Promise<boolean> {
    return this.snapshots.exists(datasetId, version);
  }

  async doubt(datasetId: string, version: number): Promise<void> {
    await this.snapshots.doubt(datasetId, version);
  }

  async find(datasetId: string, version: number): Promise<TrainingSnapshot | null> {
    return this.snapshots.find(datasetId, version);
  }
}

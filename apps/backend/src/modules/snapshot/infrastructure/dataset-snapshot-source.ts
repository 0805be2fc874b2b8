import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../platform/auth/principal.js';
import { DatasetAccess, DatasetImages } from '../../dataset/index.js';
import { SnapshotSource, type SourceDataset, type SourceImage } from '../application/ports/snapshot-source.port.js';

@Injectable()
export class DatasetSnapshotSource extends SnapshotSource {
  constructor(
    private readonly datasets: DatasetAccess,
    private readonly datasetImages: DatasetImages,
  ) {
    super();
  }

  async require(principal: Principal, datasetId: string, action: 'read' | 'manage'): Promise<SourceDataset> {
    return this.datasets.require(principal, datasetId, action);
  }

  async find(datasetId: string): Promise<SourceDataset | null> {
    return this.datasets.find(datasetId);
  }

  images(datasetId: string): AsyncIterable<SourceImage> {
    return this.datasetImages.list(datasetId);
  }
}

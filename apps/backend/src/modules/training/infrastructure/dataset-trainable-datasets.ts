import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../platform/auth/principal.js';
import { DatasetAccess } from '../../dataset/index.js';
import { TrainableDatasets, type TrainableDataset } from '../application/ports/trainable-datasets.port.js';

@Injectable()
export class DatasetTrainableDatasets extends TrainableDatasets {
  constructor(private readonly datasets: DatasetAccess) {
    super();
  }

  async require(principal: Principal, datasetId: string, action: 'read' | 'train'): Promise<TrainableDataset> {
    const dataset = await this.datasets.require(principal, datasetId, action);
    const labeled = action === 'train' ? await this.datasets.labeledCounts(datasetId) : { train: 0, val: 0, unassigned: 0 };
    const { id, name, taskType, multiLabel, classes } = dataset;
    return { isValidated: dataset.status === 'ready', id, name, taskType, multiLabel, classes, labeled, imagesByClass: new Map(classes.map((one) => [one.id, one.count])) };
  }

  async mayTrainSome(principal: Principal): Promise<boolean> {
    return this.datasets.maySome(principal, 'train');
  }

  async visibleIds(principal: Principal): Promise<readonly string[] | null> {
    return principal.isAdmin ? null : this.datasets.visibleIds(principal);
  }
}

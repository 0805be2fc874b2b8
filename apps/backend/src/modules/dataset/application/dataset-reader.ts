import { Injectable } from '@nestjs/common';
import { AccessPolicy, type DatasetAction } from '../../../platform/auth/access-policy.js';
import type { Principal } from '../../../platform/auth/principal.js';
import { DatasetReadModel, type DatasetView } from './ports/dataset-read-model.port.js';

/** The way to a dataset for every command and query: the policy is asked on it. */
@Injectable()
export class DatasetReader {
  constructor(private readonly readModel: DatasetReadModel) {}

  /** Throws `not-found`, `forbidden` or `insufficient-scope`. A dataset in the trash is not found unless `trashed` is asked for. */
  async require(principal: Principal, datasetId: string, options: { readonly action: DatasetAction; readonly trashed?: boolean }): Promise<DatasetView> {
    const found = await this.readModel.find(datasetId, principal.userId);
    const dataset = found !== null && (found.deletedAt !== null) === (options.trashed ?? false) ? found : null;
    AccessPolicy.assertDataset(principal, options.action, dataset);
    return dataset;
  }
}

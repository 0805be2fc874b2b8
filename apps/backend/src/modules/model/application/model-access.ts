import { DomainError } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { DatasetAction } from '../../../platform/auth/access-policy.js';
import type { Principal } from '../../../platform/auth/principal.js';
import { DatasetAccess } from '../../dataset/index.js';
import type { Model } from '../domain/model.js';
import { ModelNotFound } from '../domain/model.errors.js';
import type { ModelRun } from '../domain/model-run.js';
import { ModelStore } from './ports/model-store.port.js';
import { RunStore } from './ports/run-store.port.js';

/** A model, or a run, may be seen by who may see its dataset, and used by who may do there what it takes. */
@Injectable()
export class ModelAccess {
  constructor(
    private readonly models: ModelStore,
    private readonly runs: RunStore,
    private readonly datasets: DatasetAccess,
  ) {}

  /** Throws `not-found`, `forbidden` or `insufficient-scope`. */
  async model(principal: Principal, id: string, action: DatasetAction): Promise<Model> {
    const model = await this.models.find(id);
    if (model === null) throw new ModelNotFound();
    await this.datasets.check(principal, model.datasetId, action);
    return model;
  }

  async dataset(principal: Principal, datasetId: string, action: DatasetAction): Promise<void> {
    await this.datasets.check(principal, datasetId, action);
  }

  /** A run is asked for by the dataset that it is of. */
  async run(principal: Principal, at: { readonly datasetId: string; readonly runId: string }, action: DatasetAction): Promise<ModelRun> {
    await this.datasets.check(principal, at.datasetId, action);
    const run = await this.runs.find(at.runId);
    if (run?.datasetId !== at.datasetId) throw new DomainError('not-found', 'There is no such resource, or you may not see it.');
    return run;
  }
}

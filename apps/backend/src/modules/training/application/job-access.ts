import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../platform/auth/principal.js';
import { TrainingJobNotFound } from '../domain/training.errors.js';
import { JobReadModel, type JobView } from './ports/job-read-model.port.js';
import { TrainableDatasets } from './ports/trainable-datasets.port.js';

/** A job may be seen by who may see its dataset, and changed by who may train on it. */
@Injectable()
export class JobAccess {
  constructor(
    private readonly readModel: JobReadModel,
    private readonly datasets: TrainableDatasets,
  ) {}

  async require(principal: Principal, jobId: string, action: 'read' | 'train'): Promise<JobView> {
    const job = await this.readModel.find(jobId);
    if (job === null) throw new TrainingJobNotFound();
    await this.datasets.require(principal, job.datasetId, action);
    return job;
  }
}

import { DEFAULT_POOL } from '@app/contracts';
import { Clock } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { TrainingJob, type InferenceRequest, type StoredObject } from '../domain/training-job.aggregate.js';
import { TrainingJobRepository } from '../domain/training-job.repository.port.js';

/** For other modules: jobs that use a model run by the protocol of trainings. All in the caller's unit of work, who has checked the permission. */
@Injectable()
export class InferenceJobs {
  constructor(
    private readonly jobs: TrainingJobRepository,
    private readonly clock: Clock,
  ) {}

  async request(request: Omit<InferenceRequest, 'now' | 'pool'>): Promise<void> {
    await this.jobs.save(TrainingJob.use({ ...request, pool: DEFAULT_POOL, now: this.clock.now() }));
  }

  /** False: the job was cancelled meanwhile, or is gone. */
  async imagesReady(jobId: string, images: StoredObject & { readonly count: number }): Promise<boolean> {
    const job = await this.jobs.findForUpdate(jobId);
    if (job === null || job.state.state !== 'preparing') return false;
    job.imagesReady(images, this.clock.now());
    await this.jobs.save(job);
    return true;
  }

  async fail(jobId: string, failure: { readonly code: string; readonly detail: string }): Promise<void> {
    const job = await this.jobs.findForUpdate(jobId);
    if (job === null) return;
    job.fail(failure, this.clock.now());
    await this.jobs.save(job);
  }

  /** The model of a training was removed from the store. */
  async forgetModel(jobId: string): Promise<void> {
    const job = await this.jobs.findForUpdate(jobId);
    if (job === null) return;
    job.forgetModel();
    await this.jobs.save(job);
  }
}

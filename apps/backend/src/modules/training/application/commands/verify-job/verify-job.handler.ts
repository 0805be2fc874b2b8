import { randomUUID } from 'node:crypto';
import type { TrainingGrant } from '@app/contracts';
import { Clock, DomainError } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import type { TrainingJob } from '../../../domain/training-job.aggregate.js';
import { TrainingJobRepository } from '../../../domain/training-job.repository.port.js';
import { TrainingJobNotFound } from '../../../domain/training.errors.js';
import { Principals } from '../../ports/principals.port.js';
import { TrainingSnapshots, type TrainingSnapshot } from '../../ports/snapshots.port.js';
import { TrainableDatasets, type TrainableDataset } from '../../ports/trainable-datasets.port.js';
import { ruleMessage } from '../../split-messages.js';
import { TrainableModels } from '../../trainable-models.js';
import { TrainingSettings } from '../../training-settings.js';
import { VerifyJobCommand } from './verify-job.command.js';

type Verdict = { readonly refusal: DomainError } | { readonly grant: TrainingGrant };

@CommandHandler(VerifyJobCommand)
export class VerifyJobHandler implements ICommandHandler<VerifyJobCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: TrainingJobRepository,
    private readonly datasets: TrainableDatasets,
    private readonly snapshots: TrainingSnapshots,
    private readonly principals: Principals,
    private readonly settings: TrainingSettings,
    private readonly models: TrainableModels,
    private readonly clock: Clock,
  ) {}

  async execute(command: VerifyJobCommand): Promise<TrainingGrant> {
    // A refusal is a result here, not an error: the job's failure must commit with it.
    const verdict = await this.unitOfWork.run(() => this.decide(command));
    if ('refusal' in verdict) throw verdict.refusal;
    return verdict.grant;
  }

  private async decide(command: VerifyJobCommand): Promise<Verdict> {
    const job = await this.jobs.findForUpdate(command.jobId);
    if (job === null) return { refusal: new TrainingJobNotFound() };
    // Said as "not now": the message goes back, and a worker that has the trainer takes it.
    if (!this.models.runsOn(job.state.model, command.trainers)) return { refusal: new DomainError('unavailable', 'This worker has no such trainer.') };
    const dataset = await this.stillAllowed(job);
    if (dataset === null) {
      job.fail({ code: 'permission-revoked', detail: 'Whoever started the training may not train on this dataset any more.' }, this.clock.now());
      await this.jobs.save(job);
      return { refusal: new DomainError('forbidden', 'The permission for this job was revoked.') };
    }
    const { snapshot } = job.state;
    const zip = snapshot === null ? null : await this.snapshots.find(job.state.datasetId, snapshot.version);
    if (zip === null) {
      job.fail({ code: 'snapshot-gone', detail: 'The version of the dataset that the job needs is not there any more.' }, this.clock.now());
      await this.jobs.save(job);
      return { refusal: new DomainError('state-conflict', 'The snapshot of this job is gone.') };
    }
    const attempt = job.claim({ workerId: command.workerId, claimId: command.claimId, fencingToken: randomUUID() });
    await this.jobs.save(job);
    await this.jobs.heard(job.state.id, attempt.number, attempt.fencingToken);
    return { grant: this.grant(job, dataset, zip) };
  }

  private async stillAllowed(job: TrainingJob): Promise<TrainableDataset | null> {
    const principal = await this.principals.ofUser(job.state.requestedBy);
    if (principal === null) return null;
    try {
      return await this.datasets.require(principal, job.state.datasetId, 'train');
    } catch (error) {
      if (error instanceof DomainError && error.code !== 'unavailable') return null;
      throw error;
    }
  }

  private grant(job: TrainingJob, dataset: TrainableDataset, zip: TrainingSnapshot): TrainingGrant {
    const { attempt, resumeFrom, id, model, hyperparameters, splitRule } = job.state;
    if (attempt === null) throw new Error('a claimed job has an attempt');
    return {
      job_id: id,
      attempt: attempt.number,
      fencing_token: attempt.fencingToken,
      expires_at: new Date(this.clock.now().getTime() + this.settings.leaseSeconds * 1000).toISOString(),
      lease_seconds: this.settings.leaseSeconds,
      dataset_id: dataset.id,
      task_type: dataset.taskType,
      snapshot: { version: zip.version, key: zip.key, size_bytes: zip.sizeBytes, sha256: zip.sha256 },
      model,
      hyperparameters: { ...hyperparameters },
      split: splitRule === null ? null : ruleMessage(splitRule),
      resume_from: resumeFrom === null ? null : { epoch: resumeFrom.epoch, key: resumeFrom.key, size_bytes: resumeFrom.sizeBytes, sha256: resumeFrom.sha256 },
    };
  }
}

import { randomUUID } from 'node:crypto';
import { offerNeeded, usableModelSchema, type InferenceGrant, type TrainingGrant, type WorkGrant } from '@app/contracts';
import { Clock, DomainError } from '@app/kernel';
import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import type { StoredObject, TrainingJob, TrainingJobState } from '../../../domain/training-job.aggregate.js';
import { TrainingJobRepository } from '../../../domain/training-job.repository.port.js';
import { offers } from '../../../domain/training-queue.js';
import { TrainingJobNotFound } from '../../../domain/training.errors.js';
import { WorkerRegistry } from '../../ports/worker-registry.port.js';
import { Principals } from '../../ports/principals.port.js';
import { TrainingSnapshots, type TrainingSnapshot } from '../../ports/snapshots.port.js';
import { TrainableDatasets, type TrainableDataset } from '../../ports/trainable-datasets.port.js';
import { ruleMessage } from '../../split-messages.js';
import { TrainableModels } from '../../trainable-models.js';
import { TrainingSettings } from '../../training-settings.js';
import { DispatchJobsCommand } from '../dispatch-jobs/dispatch-jobs.command.js';
import { VerifyJobCommand } from './verify-job.command.js';

/** A job that a worker has from now on, with what every grant says first. */
interface Claimed {
  readonly state: Readonly<TrainingJobState>;
  readonly head: Pick<TrainingGrant, 'job_id' | 'attempt' | 'fencing_token' | 'expires_at' | 'lease_seconds'>;
}

type Verdict = { readonly refusal: DomainError } | { readonly grant: WorkGrant };

@CommandHandler(VerifyJobCommand)
export class VerifyJobHandler implements ICommandHandler<VerifyJobCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: TrainingJobRepository,
    private readonly datasets: TrainableDatasets,
    private readonly snapshots: TrainingSnapshots,
    private readonly principals: Principals,
    private readonly workers: WorkerRegistry,
    private readonly commands: CommandBus,
    private readonly settings: TrainingSettings,
    private readonly models: TrainableModels,
    private readonly clock: Clock,
  ) {}

  async execute(command: VerifyJobCommand): Promise<WorkGrant> {
    await this.letQueueMove(command.jobId);
    // A refusal is a result here, not an error: the job's failure must commit with it.
    const verdict = await this.unitOfWork.run(() => this.decide(command));
    if ('refusal' in verdict) throw verdict.refusal;
    return verdict.grant;
  }

  /** The message of an earlier turn may find its job in the queue again: whether it may begin is the queue's to say. */
  private async letQueueMove(jobId: string): Promise<void> {
    const job = await this.unitOfWork.run(() => this.jobs.find(jobId));
    if (job?.state.state === 'queued' && job.state.dispatch === null) await this.commands.execute(new DispatchJobsCommand());
  }

  /** One that has not said yet what it is may take what every worker can; another one of the lane may be the right one. */
  private async assertFits(job: TrainingJob, workerId: string): Promise<void> {
    const worker = await this.workers.find(workerId);
    const needed = job.neededModel === null ? null : offerNeeded(job.neededModel, job.state.hyperparameters);
    const fits = worker === null ? job.neededModel === null || this.models.isBuiltIn(job.neededModel) : worker.pool === job.state.pool && offers(worker, needed);
    if (fits) return;
    // Said as "not now": the message goes back, and a worker that has the model takes it.
    throw new DomainError('unavailable', 'This worker does not offer the model in this engine, or is of another pool.', { retryAfterSeconds: 1 });
  }

  private async decide(command: VerifyJobCommand): Promise<Verdict> {
    const job = await this.jobs.findForUpdate(command.jobId);
    if (job === null) return { refusal: new TrainingJobNotFound() };
    await this.assertFits(job, command.workerId);
    const dataset = await this.stillAllowed(job);
    if (dataset === null) {
      job.fail({ code: 'permission-revoked', detail: 'Whoever started the training may not train on this dataset any more.' }, this.clock.now());
      await this.jobs.save(job);
      return { refusal: new DomainError('forbidden', 'The permission for this job was revoked.') };
    }
    if (job.state.inference !== null) return { grant: inferenceGrant(await this.claim(job, command), dataset) };
    const { snapshot } = job.state;
    const zip = snapshot === null ? null : await this.snapshots.find(job.state.datasetId, snapshot.version);
    if (zip === null) {
      job.fail({ code: 'snapshot-gone', detail: 'The version of the dataset that the job needs is not there any more.' }, this.clock.now());
      await this.jobs.save(job);
      return { refusal: new DomainError('state-conflict', 'The snapshot of this job is gone.') };
    }
    return { grant: this.grant(await this.claim(job, command), dataset, zip) };
  }

  private async claim(job: TrainingJob, { workerId, claimId }: VerifyJobCommand): Promise<Claimed> {
    const attempt = job.claim({ workerId, claimId, fencingToken: randomUUID() });
    await this.jobs.save(job);
    await this.jobs.heard(job.state.id, attempt.number, attempt.fencingToken);
    return {
      state: job.state,
      head: {
        job_id: job.state.id,
        attempt: attempt.number,
        fencing_token: attempt.fencingToken,
        expires_at: new Date(this.clock.now().getTime() + this.settings.leaseSeconds * 1000).toISOString(),
        lease_seconds: this.settings.leaseSeconds,
      },
    };
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

  private grant({ head, state }: Claimed, dataset: TrainableDataset, zip: TrainingSnapshot): TrainingGrant {
    const { resumeFrom, initFrom, model, hyperparameters, splitRule } = state;
    return {
      ...head,
      dataset_id: dataset.id,
      task_type: dataset.taskType,
      snapshot: { version: zip.version, key: zip.key, size_bytes: zip.sizeBytes, sha256: zip.sha256 },
      model,
      hyperparameters: { ...hyperparameters },
      split: splitRule === null ? null : ruleMessage(splitRule),
      ...(initFrom === null ? {} : { init_from: objectMessage(initFrom) }),
      resume_from: resumeFrom === null ? null : { epoch: resumeFrom.epoch, ...objectMessage(resumeFrom) },
    };
  }
}

const objectMessage = ({ key, sizeBytes, sha256 }: StoredObject): { key: string; size_bytes: number; sha256: string } => ({ key, size_bytes: sizeBytes, sha256 });

function inferenceGrant({ head, state: { kind, inference } }: Claimed, dataset: TrainableDataset): InferenceGrant {
  // Nobody gets such a job before its images are named: it is not queued.
  if (kind === 'training' || inference === null || inference.images === null) throw new DomainError('state-conflict', 'The images of this job are not named yet.');
  const { id, name, object, adapter } = inference.model;
  return {
    ...{ kind, ...head, dataset_id: dataset.id, task_type: dataset.taskType, min_score: inference.minScore },
    model: usableModelSchema.parse({ id, name, object: objectMessage(object), adapter }),
    images: { ...objectMessage(inference.images), count: inference.images.count },
  };
}

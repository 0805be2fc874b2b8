import { Clock, newId } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import { TrainingJob } from '../../../domain/training-job.aggregate.js';
import { TrainingJobRepository } from '../../../domain/training-job.repository.port.js';
import { TrainingJobNotFound, TrainingStateConflict } from '../../../domain/training.errors.js';
import { JobAccess } from '../../job-access.js';
import type { JobView } from '../../ports/job-read-model.port.js';
import { RetryTrainingCommand } from './retry-training.command.js';

@CommandHandler(RetryTrainingCommand)
export class RetryTrainingHandler implements ICommandHandler<RetryTrainingCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: TrainingJobRepository,
    private readonly access: JobAccess,
    private readonly clock: Clock,
  ) {}

  async execute({ principal, jobId }: RetryTrainingCommand): Promise<JobView> {
    const id = newId();
    await this.unitOfWork.run(async () => {
      await this.access.require(principal, jobId, 'train');
      const old = (await this.jobs.findForUpdate(jobId))?.state;
      if (old === undefined) throw new TrainingJobNotFound();
      if (old.kind !== 'training') throw new TrainingStateConflict('Only a training can be retried: evaluate, or pre-label, once more.');
      if (old.state !== 'failed' && old.state !== 'cancelled') throw new TrainingStateConflict(`Only a failed or cancelled job can be retried; this one is ${old.state}.`);
      await this.jobs.save(
        TrainingJob.request({
          id,
          datasetId: old.datasetId,
          datasetName: old.datasetName,
          requestedBy: principal.userId,
          model: old.model,
          hyperparameters: old.hyperparameters,
          epochs: old.epochs,
          // The checkpoint fits the data that it was trained on and no other.
          requestedVersion: old.snapshot?.version ?? old.requestedVersion,
          splitRule: old.splitRule,
          retryOf: old.id,
          resumeFrom: old.resumeFrom,
          initFrom: old.initFrom,
          warnings: old.warnings,
          pool: old.pool,
          priority: old.priority,
          now: this.clock.now(),
        }),
      );
    });
    return this.access.require(principal, id, 'read');
  }
}

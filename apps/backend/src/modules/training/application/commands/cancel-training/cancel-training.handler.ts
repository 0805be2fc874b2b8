import { Clock } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import { TrainingJobRepository } from '../../../domain/training-job.repository.port.js';
import { TrainingJobNotFound } from '../../../domain/training.errors.js';
import { JobAccess } from '../../job-access.js';
import type { JobView } from '../../ports/job-read-model.port.js';
import { CancelTrainingCommand } from './cancel-training.command.js';

@CommandHandler(CancelTrainingCommand)
export class CancelTrainingHandler implements ICommandHandler<CancelTrainingCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: TrainingJobRepository,
    private readonly access: JobAccess,
    private readonly clock: Clock,
  ) {}

  async execute({ principal, jobId }: CancelTrainingCommand): Promise<JobView> {
    await this.unitOfWork.run(async () => {
      await this.access.require(principal, jobId, 'train');
      const job = await this.jobs.findForUpdate(jobId);
      if (job === null) throw new TrainingJobNotFound();
      job.cancel(this.clock.now());
      await this.jobs.save(job);
    });
    return this.access.require(principal, jobId, 'read');
  }
}

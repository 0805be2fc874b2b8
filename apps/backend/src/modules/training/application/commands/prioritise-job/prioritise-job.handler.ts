import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import { TrainingJobRepository } from '../../../domain/training-job.repository.port.js';
import { TrainingJobNotFound } from '../../../domain/training.errors.js';
import { JobAccess } from '../../job-access.js';
import type { JobView } from '../../ports/job-read-model.port.js';
import { PrioritiseJobCommand } from './prioritise-job.command.js';

@CommandHandler(PrioritiseJobCommand)
export class PrioritiseJobHandler implements ICommandHandler<PrioritiseJobCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: TrainingJobRepository,
    private readonly access: JobAccess,
  ) {}

  async execute({ principal, jobId, priority }: PrioritiseJobCommand): Promise<JobView> {
    await this.unitOfWork.run(async () => {
      await this.access.require(principal, jobId, 'train');
      const job = await this.jobs.findForUpdate(jobId);
      if (job === null) throw new TrainingJobNotFound();
      job.prioritise(priority);
      await this.jobs.save(job);
    });
    return this.access.require(principal, jobId, 'read');
  }
}

import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { TrainingJobRepository } from '../../../domain/training-job.repository.port.js';
import { HearWorkerCommand } from './hear-worker.command.js';

@CommandHandler(HearWorkerCommand)
export class HearWorkerHandler implements ICommandHandler<HearWorkerCommand> {
  constructor(private readonly jobs: TrainingJobRepository) {}

  async execute({ jobId, attempt, fencingToken }: HearWorkerCommand): Promise<boolean> {
    return this.jobs.heard(jobId, attempt, fencingToken);
  }
}

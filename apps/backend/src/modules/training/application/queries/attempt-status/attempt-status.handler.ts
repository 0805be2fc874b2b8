import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { TrainingJobRepository } from '../../../domain/training-job.repository.port.js';
import { StaleAttempt } from '../../../domain/training.errors.js';
import { AttemptStatusQuery, type AttemptStatus } from './attempt-status.query.js';

@QueryHandler(AttemptStatusQuery)
export class AttemptStatusHandler implements IQueryHandler<AttemptStatusQuery> {
  constructor(private readonly jobs: TrainingJobRepository) {}

  async execute({ jobId, attempt, fencingToken }: AttemptStatusQuery): Promise<AttemptStatus> {
    const job = await this.jobs.find(jobId);
    const holder = job?.state.attempt;
    // Without the token nothing is told of a job, not even that it is there.
    if (job === null || holder?.number !== attempt || holder.fencingToken !== fencingToken) throw new StaleAttempt();
    const seen = { seenSequence: holder.seenSequence };
    if (job.state.state === 'cancelling') return { stop: 'cancelled', ...seen };
    return { stop: job.isCurrent({ attempt, fencingToken }) ? null : 'stale-attempt', ...seen };
  }
}

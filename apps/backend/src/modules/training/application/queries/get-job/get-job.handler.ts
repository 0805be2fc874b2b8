import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { JobAccess } from '../../job-access.js';
import { JobReadModel } from '../../ports/job-read-model.port.js';
import { GetJobQuery, type JobDetails } from './get-job.query.js';

/** As many as tell what happened without a look at the log. */
const LOG_TAIL_LINES = 20;

@QueryHandler(GetJobQuery)
export class GetJobHandler implements IQueryHandler<GetJobQuery> {
  constructor(
    private readonly access: JobAccess,
    private readonly readModel: JobReadModel,
  ) {}

  async execute({ principal, jobId }: GetJobQuery): Promise<JobDetails> {
    await this.access.require(principal, jobId, 'read');
    // The position first: what comes between it and the facts is told twice, never lost.
    const lastEventId = await this.readModel.latestEventId(jobId);
    const job = await this.access.require(principal, jobId, 'read');
    const [metrics, checkpoints] = await Promise.all([this.readModel.metrics(jobId), this.readModel.checkpoints(jobId)]);
    const logTail = job.failure === null ? [] : await this.readModel.logTail(jobId, LOG_TAIL_LINES);
    return { job, logTail, metrics, checkpoints, lastEventId };
  }
}

import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { JobAccess } from '../../job-access.js';
import { JobReadModel } from '../../ports/job-read-model.port.js';
import { GetJobQuery, type JobDetails } from './get-job.query.js';

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
    return { job, metrics, checkpoints, lastEventId };
  }
}

import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { JobAccess } from '../../job-access.js';
import { JobReadModel, type JobPublicEvent } from '../../ports/job-read-model.port.js';
import { ReadJobEventsQuery } from './read-job-events.query.js';

const PAGE = 200;

@QueryHandler(ReadJobEventsQuery)
export class ReadJobEventsHandler implements IQueryHandler<ReadJobEventsQuery> {
  constructor(
    private readonly access: JobAccess,
    private readonly readModel: JobReadModel,
  ) {}

  async execute({ principal, jobId, afterId }: ReadJobEventsQuery): Promise<readonly JobPublicEvent[]> {
    await this.access.require(principal, jobId, 'read');
    return this.readModel.events(jobId, afterId, PAGE);
  }
}

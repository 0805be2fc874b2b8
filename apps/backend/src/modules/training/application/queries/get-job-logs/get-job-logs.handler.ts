import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { JobAccess } from '../../job-access.js';
import { JobReadModel } from '../../ports/job-read-model.port.js';
import { GetJobLogsQuery, type LogLine } from './get-job-logs.query.js';

@QueryHandler(GetJobLogsQuery)
export class GetJobLogsHandler implements IQueryHandler<GetJobLogsQuery> {
  constructor(
    private readonly access: JobAccess,
    private readonly readModel: JobReadModel,
  ) {}

  async execute({ principal, jobId, page }: GetJobLogsQuery): Promise<readonly LogLine[]> {
    await this.access.require(principal, jobId, 'read');
    return this.readModel.logs(jobId, page);
  }
}

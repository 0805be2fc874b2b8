import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { JobReadModel, type JobView } from '../../ports/job-read-model.port.js';
import { TrainableDatasets } from '../../ports/trainable-datasets.port.js';
import { ListJobsQuery } from './list-jobs.query.js';

@QueryHandler(ListJobsQuery)
export class ListJobsHandler implements IQueryHandler<ListJobsQuery> {
  constructor(
    private readonly readModel: JobReadModel,
    private readonly datasets: TrainableDatasets,
  ) {}

  async execute({ principal, input }: ListJobsQuery): Promise<readonly JobView[]> {
    const visible = await this.datasets.visibleIds(principal);
    return this.readModel.list({ ...input, visibleDatasetIds: visible });
  }
}

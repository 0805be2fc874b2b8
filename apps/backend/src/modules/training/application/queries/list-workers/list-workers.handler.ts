import { DomainError } from '@app/kernel';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { JobReadModel } from '../../ports/job-read-model.port.js';
import { TrainableDatasets } from '../../ports/trainable-datasets.port.js';
import { WorkerRegistry } from '../../ports/worker-registry.port.js';
import { ListWorkersQuery, type WorkerView } from './list-workers.query.js';

@QueryHandler(ListWorkersQuery)
export class ListWorkersHandler implements IQueryHandler<ListWorkersQuery> {
  constructor(
    private readonly workers: WorkerRegistry,
    private readonly datasets: TrainableDatasets,
    private readonly jobs: JobReadModel,
  ) {}

  async execute({ principal }: ListWorkersQuery): Promise<readonly WorkerView[]> {
    if (!principal.isAdmin && !(await this.datasets.mayTrainSome(principal))) {
      throw new DomainError('forbidden', 'Only those who may train on some dataset see the workers.');
    }
    const visible = await this.datasets.visibleIds(principal);
    const views: WorkerView[] = [];
    for (const { jobId, ...worker } of await this.workers.living()) {
      const isShown = jobId !== null && (await this.isVisible(jobId, visible));
      views.push({ ...worker, isBusy: jobId !== null, jobId: isShown ? jobId : null });
    }
    return views;
  }

  private async isVisible(jobId: string, visible: readonly string[] | null): Promise<boolean> {
    const job = await this.jobs.find(jobId);
    return job !== null && (visible === null || visible.includes(job.datasetId));
  }
}

import { DomainError } from '@app/kernel';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { DatasetAccess } from '../../dataset-access.js';
import { SplitStore } from '../../ports/split-store.port.js';
import { plannedAnswer, type PlannedSplitAnswer } from '../../split-answer.js';
import { SplitPlanner } from '../../split-planner.js';
import { PreviewSplitQuery } from './preview-split.query.js';

@QueryHandler(PreviewSplitQuery)
export class PreviewSplitHandler implements IQueryHandler<PreviewSplitQuery> {
  constructor(
    private readonly access: DatasetAccess,
    private readonly store: SplitStore,
    private readonly planner: SplitPlanner,
  ) {}

  async execute({ principal, datasetId, config }: PreviewSplitQuery): Promise<PlannedSplitAnswer> {
    await this.access.check(principal, datasetId, 'manage');
    const stored = await this.store.find(datasetId);
    if (stored === null) throw new DomainError('not-found', 'There is no such resource, or you may not see it.');
    return plannedAnswer({ ...stored, config }, await this.planner.plan(datasetId, stored, config));
  }
}

import { DomainError } from '@app/kernel';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { DatasetAccess } from '../../dataset-access.js';
import { SplitStore } from '../../ports/split-store.port.js';
import { splitAnswer, type SplitAnswer } from '../../split-answer.js';
import { GetSplitQuery } from './get-split.query.js';

@QueryHandler(GetSplitQuery)
export class GetSplitHandler implements IQueryHandler<GetSplitQuery> {
  constructor(
    private readonly access: DatasetAccess,
    private readonly store: SplitStore,
  ) {}

  async execute({ principal, datasetId }: GetSplitQuery): Promise<SplitAnswer> {
    await this.access.check(principal, datasetId, 'read');
    const stored = await this.store.find(datasetId);
    if (stored === null) throw new DomainError('not-found', 'There is no such resource, or you may not see it.');
    return splitAnswer(stored, await this.store.tally(datasetId));
  }
}

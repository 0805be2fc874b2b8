import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { AccessPolicy } from '../../../../../platform/auth/access-policy.js';
import { DatasetReadModel, type DatasetView } from '../../ports/dataset-read-model.port.js';
import { ListDatasetsQuery } from './list-datasets.query.js';

@QueryHandler(ListDatasetsQuery)
export class ListDatasetsHandler implements IQueryHandler<ListDatasetsQuery> {
  constructor(private readonly readModel: DatasetReadModel) {}

  async execute({ principal, input }: ListDatasetsQuery): Promise<readonly DatasetView[]> {
    AccessPolicy.assertScope(principal, 'read');
    return this.readModel.list({ ...input, userId: principal.userId, everything: principal.isAdmin });
  }
}

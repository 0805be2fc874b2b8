import { DomainError } from '@app/kernel';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { DatasetReader } from '../../dataset-reader.js';
import { DatasetMembers, type DatasetMember } from '../../ports/dataset-members.port.js';
import { ListMembersQuery } from './list-members.query.js';

@QueryHandler(ListMembersQuery)
export class ListMembersHandler implements IQueryHandler<ListMembersQuery> {
  constructor(
    private readonly reader: DatasetReader,
    private readonly members: DatasetMembers,
  ) {}

  async execute({ principal, datasetId }: ListMembersQuery): Promise<readonly DatasetMember[]> {
    const dataset = await this.reader.require(principal, datasetId, { action: 'read' });
    // A public dataset is read by everybody; e-mail addresses of its members are not.
    if (dataset.role === null && !principal.isAdmin) throw new DomainError('forbidden', 'Only members of the dataset see its members.');
    return this.members.list(datasetId);
  }
}

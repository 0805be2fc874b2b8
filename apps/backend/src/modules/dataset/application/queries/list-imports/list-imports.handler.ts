import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { DatasetAccess } from '../../dataset-access.js';
import { ImportQueue, type ImportView } from '../../ports/import-queue.port.js';
import { ListImportsQuery } from './list-imports.query.js';

@QueryHandler(ListImportsQuery)
export class ListImportsHandler implements IQueryHandler<ListImportsQuery> {
  constructor(
    private readonly access: DatasetAccess,
    private readonly imports: ImportQueue,
  ) {}

  async execute({ principal, datasetId }: ListImportsQuery): Promise<readonly ImportView[]> {
    await this.access.check(principal, datasetId, 'read');
    return this.imports.list(datasetId);
  }
}

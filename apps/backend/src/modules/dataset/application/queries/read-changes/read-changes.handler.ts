import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { DatasetAccess } from '../../dataset-access.js';
import { DatasetChangeReader } from '../../ports/dataset-change-reader.port.js';
import { ImportQueue } from '../../ports/import-queue.port.js';
import { ReadChangesQuery, type ChangesBehind } from './read-changes.query.js';

const PAGE = 500;

@QueryHandler(ReadChangesQuery)
export class ReadChangesHandler implements IQueryHandler<ReadChangesQuery> {
  constructor(
    private readonly access: DatasetAccess,
    private readonly changes: DatasetChangeReader,
    private readonly imports: ImportQueue,
  ) {}

  async execute({ principal, datasetId, afterSeq }: ReadChangesQuery): Promise<ChangesBehind> {
    await this.access.check(principal, datasetId, 'read');
    const position = await this.changes.position(datasetId);
    const changes = afterSeq === null || afterSeq >= position ? [] : await this.changes.changes(datasetId, afterSeq, PAGE);
    return { position, changes, imports: await this.imports.list(datasetId) };
  }
}

import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { SnapshotState } from '../../../domain/snapshot.aggregate.js';
import { SnapshotRepository } from '../../../domain/snapshot.repository.port.js';
import { SnapshotSource } from '../../ports/snapshot-source.port.js';
import { ListSnapshotsQuery } from './list-snapshots.query.js';

@QueryHandler(ListSnapshotsQuery)
export class ListSnapshotsHandler implements IQueryHandler<ListSnapshotsQuery> {
  constructor(
    private readonly snapshots: SnapshotRepository,
    private readonly source: SnapshotSource,
  ) {}

  async execute({ principal, datasetId, page }: ListSnapshotsQuery): Promise<readonly Readonly<SnapshotState>[]> {
    await this.source.require(principal, datasetId, 'read');
    return (await this.snapshots.list(datasetId, page)).map((snapshot) => snapshot.state);
  }
}

import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { SnapshotDetailsReader, type SnapshotDetails } from '../../snapshot-details.js';
import { SnapshotRepository } from '../../../domain/snapshot.repository.port.js';
import { SnapshotSource } from '../../ports/snapshot-source.port.js';
import { ListSnapshotsQuery } from './list-snapshots.query.js';

@QueryHandler(ListSnapshotsQuery)
export class ListSnapshotsHandler implements IQueryHandler<ListSnapshotsQuery> {
  constructor(
    private readonly snapshots: SnapshotRepository,
    private readonly source: SnapshotSource,
    private readonly reader: SnapshotDetailsReader,
  ) {}

  async execute({ principal, datasetId, page }: ListSnapshotsQuery): Promise<readonly SnapshotDetails[]> {
    await this.source.require(principal, datasetId, 'read');
    return this.reader.of(datasetId, (await this.snapshots.list(datasetId, page)).map((snapshot) => snapshot.state));
  }
}

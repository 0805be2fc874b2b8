import { DomainError } from '@app/kernel';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { SnapshotRepository } from '../../../domain/snapshot.repository.port.js';
import { SnapshotSource } from '../../ports/snapshot-source.port.js';
import { SnapshotStorage } from '../../ports/snapshot-storage.port.js';
import { GetSnapshotQuery, type SnapshotDetails } from './get-snapshot.query.js';

@QueryHandler(GetSnapshotQuery)
export class GetSnapshotHandler implements IQueryHandler<GetSnapshotQuery> {
  constructor(
    private readonly snapshots: SnapshotRepository,
    private readonly source: SnapshotSource,
    private readonly storage: SnapshotStorage,
  ) {}

  async execute({ principal, datasetId, version }: GetSnapshotQuery): Promise<SnapshotDetails> {
    await this.source.require(principal, datasetId, 'read');
    const snapshot = (await this.snapshots.findByVersion(datasetId, version))?.state;
    if (snapshot === undefined) throw new DomainError('not-found', 'There is no such resource, or you may not see it.');
    const download = snapshot.zip === null ? null : this.storage.presignDownload(snapshot.zip.key, `${datasetId}-v${version}.zip`);
    return { snapshot, download };
  }
}

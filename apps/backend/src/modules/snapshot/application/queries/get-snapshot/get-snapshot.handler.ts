import { DomainError } from '@app/kernel';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { SnapshotRepository } from '../../../domain/snapshot.repository.port.js';
import { SnapshotSource } from '../../ports/snapshot-source.port.js';
import { SnapshotStorage } from '../../ports/snapshot-storage.port.js';
import { SnapshotDetailsReader } from '../../snapshot-details.js';
import { GetSnapshotQuery, type SnapshotAnswer } from './get-snapshot.query.js';

@QueryHandler(GetSnapshotQuery)
export class GetSnapshotHandler implements IQueryHandler<GetSnapshotQuery> {
  constructor(
    private readonly snapshots: SnapshotRepository,
    private readonly source: SnapshotSource,
    private readonly storage: SnapshotStorage,
    private readonly reader: SnapshotDetailsReader,
  ) {}

  async execute({ principal, datasetId, version }: GetSnapshotQuery): Promise<SnapshotAnswer> {
    await this.source.require(principal, datasetId, 'read');
    const state = (await this.snapshots.findByVersion(datasetId, version))?.state;
    const [details] = state === undefined || state.state === 'deleted' ? [] : await this.reader.of(datasetId, [state]);
    if (details === undefined) throw new DomainError('not-found', 'There is no such resource, or you may not see it.');
    const { zip, zipState } = details.state;
    return { ...details, download: zip === null || zipState !== 'ready' ? null : this.storage.presignDownload(zip.key, `${datasetId}-v${version}.zip`) };
  }
}

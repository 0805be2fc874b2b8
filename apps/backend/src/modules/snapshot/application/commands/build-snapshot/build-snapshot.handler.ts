import { Clock, DomainError } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import type { Snapshot, SnapshotFailure, SnapshotZip } from '../../../domain/snapshot.aggregate.js';
import { manifestText } from '../../../domain/snapshot-manifest.js';
import { SnapshotRepository } from '../../../domain/snapshot.repository.port.js';
import { SnapshotSource, type SourceDataset } from '../../ports/snapshot-source.port.js';
import { SnapshotStorage } from '../../ports/snapshot-storage.port.js';
import { BuildSnapshotCommand } from './build-snapshot.command.js';

@CommandHandler(BuildSnapshotCommand)
export class BuildSnapshotHandler implements ICommandHandler<BuildSnapshotCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly snapshots: SnapshotRepository,
    private readonly source: SnapshotSource,
    private readonly storage: SnapshotStorage,
    private readonly clock: Clock,
  ) {}

  async execute({ snapshotId }: BuildSnapshotCommand): Promise<void> {
    const snapshot = await this.unitOfWork.run(() => this.snapshots.findForUpdate(snapshotId));
    if (snapshot === null || snapshot.state.state !== 'building') return;
    const outcome = await this.build(snapshot);
    await this.unitOfWork.run(async () => {
      const current = await this.snapshots.findForUpdate(snapshotId);
      if (current === null) return;
      if ('sha256' in outcome) current.complete(outcome, this.clock.now());
      else current.fail(outcome, this.clock.now());
      await this.snapshots.save(current);
    });
    if ('sha256' in outcome) await this.pointLatest(snapshot.state.datasetId);
  }

  private async build(snapshot: Snapshot): Promise<SnapshotZip | SnapshotFailure> {
    const { datasetId, version, contentHash } = snapshot.state;
    const dataset = await this.source.find(datasetId);
    if (dataset === null || dataset.contentHash !== contentHash) {
      return { code: 'dataset-changed', detail: 'The dataset was deleted or changed before this version was made.' };
    }
    try {
      return await this.write(snapshot, dataset);
    } catch (error) {
      // The store is away: the message comes again and the build with it. Anything else will not get better.
      if (error instanceof DomainError && error.code === 'unavailable') throw error;
      await this.storage.discard(datasetId, version);
      return { code: 'build-failed', detail: error instanceof DomainError ? error.detail : 'The version could not be built because of an error here.' };
    }
  }

  private async write(snapshot: Snapshot, dataset: SourceDataset): Promise<SnapshotZip> {
    const { datasetId, version, contentHash, createdAt, requestedBy, note } = snapshot.state;
    if (dataset.upload === null || dataset.changeSeq > 0) throw new DomainError('state-conflict', 'Versions of datasets that were edited cannot be built yet.');
    const zip = await this.storage.copyUpload(datasetId, version, dataset.upload);
    const head = { datasetId, version, parent: version > 1 ? version - 1 : null, contentHash, createdAt: createdAt.toISOString(), createdBy: requestedBy, note, zip };
    await this.storage.writeManifest(datasetId, version, manifestText(head, this.source.images(datasetId)));
    return zip;
  }

  private async pointLatest(datasetId: string): Promise<void> {
    const newest = await this.unitOfWork.run(() => this.snapshots.newestReady(datasetId));
    if (newest?.state.zip != null) await this.storage.pointLatest(datasetId, { version: newest.state.version, ...newest.state.zip });
  }
}

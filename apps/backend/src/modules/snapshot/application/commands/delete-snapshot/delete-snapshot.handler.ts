import { DomainError } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import type { Snapshot } from '../../../domain/snapshot.aggregate.js';
import { SnapshotRepository } from '../../../domain/snapshot.repository.port.js';
import { SnapshotSource } from '../../ports/snapshot-source.port.js';
import { SnapshotStorage } from '../../ports/snapshot-storage.port.js';
import { SnapshotUses } from '../../snapshot-uses.js';
import { ZipBuild } from '../../zip-build.js';
import { ZipShelf } from '../../zip-shelf.js';
import { DeleteSnapshotCommand } from './delete-snapshot.command.js';

@CommandHandler(DeleteSnapshotCommand)
export class DeleteSnapshotHandler implements ICommandHandler<DeleteSnapshotCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly snapshots: SnapshotRepository,
    private readonly source: SnapshotSource,
    private readonly storage: SnapshotStorage,
    private readonly uses: SnapshotUses,
    private readonly shelf: ZipShelf,
    private readonly zips: ZipBuild,
  ) {}

  async execute({ principal, datasetId, version, options }: DeleteSnapshotCommand): Promise<void> {
    await this.source.require(principal, datasetId, 'manage');
    const snapshot = await this.snapshots.findByVersion(datasetId, version);
    if (snapshot === null || snapshot.state.state === 'deleted') throw new DomainError('not-found', 'There is no such resource, or you may not see it.');
    if (options.keepManifest) await this.shelf.drop(snapshot.state.id);
    else await this.remove(snapshot);
    await this.zips.pointLatest(datasetId);
  }

  /** The row first: what is not listed any more is not read any more. Objects that a crash leaves are found by the check of the store. */
  private async remove({ state: { id, datasetId, version } }: Snapshot): Promise<void> {
    await this.unitOfWork.run(async () => {
      const snapshot = await this.snapshots.findForUpdate(id);
      if (snapshot === null) return;
      await this.assertUnused(snapshot);
      snapshot.delete();
      await this.snapshots.save(snapshot);
    });
    await this.storage.remove({ datasetId, version }, 'all');
  }

  private async assertUnused({ state: { datasetId, version, waitingJobIds } }: Snapshot): Promise<void> {
    const uses = await this.uses.of(datasetId, [version]);
    const active = [...waitingJobIds, ...uses.filter((use) => use.isActive).map((use) => use.id)];
    if (active.length > 0) throw new DomainError('state-conflict', 'A training uses this version.', { extensions: { job_ids: [...new Set(active)] } });
    const models = uses.filter((use) => use.hasModel).map((use) => use.id);
    if (models.length > 0) throw new DomainError('state-conflict', 'A model was trained on this version. Keep its manifest (keep_manifest=true) to remove the zip only.', { extensions: { job_ids: models } });
  }
}

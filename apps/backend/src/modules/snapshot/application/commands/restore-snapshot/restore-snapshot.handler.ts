import { DomainError } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import { DatasetRollback } from '../../../../annotation/index.js';
import { SnapshotRepository } from '../../../domain/snapshot.repository.port.js';
import type { SnapshotState } from '../../../domain/snapshot.state.js';
import { SnapshotSource } from '../../ports/snapshot-source.port.js';
import { VersionMaker } from '../../version-maker.js';
import { usableHead } from '../../version-diff.js';
import { RestoreSnapshotCommand, type RestoredSnapshot } from './restore-snapshot.command.js';

@CommandHandler(RestoreSnapshotCommand)
export class RestoreSnapshotHandler implements ICommandHandler<RestoreSnapshotCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly snapshots: SnapshotRepository,
    private readonly source: SnapshotSource,
    private readonly versions: VersionMaker,
    private readonly rollback: DatasetRollback,
  ) {}

  async execute({ principal, datasetId, version }: RestoreSnapshotCommand): Promise<RestoredSnapshot> {
    await this.source.require(principal, datasetId, 'own');
    return this.unitOfWork.run(async () => {
      // In the order in which a version is made: its numbering first, then the dataset. From here nobody edits; who waits edits what was restored.
      await this.snapshots.nextVersion(datasetId);
      const state = (await this.snapshots.findByVersion(datasetId, version))?.state;
      const head = usableHead(state);
      await this.rollback.lock(datasetId);
      const before = await this.source.now(datasetId);
      if (before === null) throw new DomainError('not-found', 'There is no such resource, or you may not see it.');
      const undo = before.numImages === 0 ? null : await this.keepPresent(datasetId, principal.userId, version);
      const counts = await this.rollback.to({ datasetId, actor: principal.userId, head: this.source.frozen(head), version });
      await this.markRestored(state, counts.position);
      return { counts, positionBefore: before.head.position, undo };
    });
  }

  private async keepPresent(datasetId: string, requestedBy: string, version: number): Promise<number> {
    const made = await this.versions.current({ datasetId, requestedBy, note: `Before version ${version} was restored` });
    if (made === null) throw new DomainError('not-found', 'There is no such resource, or you may not see it.');
    if (made.isNew) await this.snapshots.save(made.snapshot);
    return made.snapshot.state.version;
  }

  private async markRestored(state: Readonly<SnapshotState> | undefined, position: number): Promise<void> {
    if (state !== undefined && state.position !== position) await this.snapshots.markRestored(state.id, position);
  }
}

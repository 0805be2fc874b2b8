import { Clock, DomainError } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import type { Snapshot } from '../../../domain/snapshot.aggregate.js';
import { SnapshotRepository } from '../../../domain/snapshot.repository.port.js';
import type { SnapshotState } from '../../../domain/snapshot.state.js';
import { SnapshotSource } from '../../ports/snapshot-source.port.js';
import { ChangeSnapshotCommand, type SnapshotChange } from './change-snapshot.command.js';

@CommandHandler(ChangeSnapshotCommand)
export class ChangeSnapshotHandler implements ICommandHandler<ChangeSnapshotCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly snapshots: SnapshotRepository,
    private readonly source: SnapshotSource,
    private readonly clock: Clock,
  ) {}

  async execute({ principal, datasetId, version, change }: ChangeSnapshotCommand): Promise<Readonly<SnapshotState>> {
    await this.source.require(principal, datasetId, change.kind === 'want-zip' ? 'read' : 'manage');
    return this.unitOfWork.run(async () => {
      const snapshot = await this.snapshots.findByVersionForUpdate(datasetId, version);
      if (snapshot === null || snapshot.state.state === 'deleted') throw new DomainError('not-found', 'There is no such resource, or you may not see it.');
      this.apply(snapshot, change);
      await this.snapshots.save(snapshot);
      return snapshot.state;
    });
  }

  private apply(snapshot: Snapshot, change: SnapshotChange): void {
    switch (change.kind) {
      case 'describe':
        return snapshot.describe(change);
      case 'want-zip':
        return snapshot.wantZip(this.clock.now());
      case 'cancel-zip':
        return snapshot.cancelZip();
    }
  }
}

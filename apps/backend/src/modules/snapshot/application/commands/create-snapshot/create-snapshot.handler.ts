import { Clock, DomainError } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import { SnapshotRepository } from '../../../domain/snapshot.repository.port.js';
import { SnapshotSource } from '../../ports/snapshot-source.port.js';
import { VersionMaker } from '../../version-maker.js';
import { CreateSnapshotCommand, type CreatedSnapshot } from './create-snapshot.command.js';

@CommandHandler(CreateSnapshotCommand)
export class CreateSnapshotHandler implements ICommandHandler<CreateSnapshotCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly snapshots: SnapshotRepository,
    private readonly source: SnapshotSource,
    private readonly versions: VersionMaker,
    private readonly clock: Clock,
  ) {}

  async execute({ principal, datasetId, words }: CreateSnapshotCommand): Promise<CreatedSnapshot> {
    await this.source.require(principal, datasetId, 'manage');
    const { note, tag, zip } = words;
    return this.unitOfWork.run(async () => {
      const made = await this.versions.current({ datasetId, requestedBy: principal.userId, ...words });
      if (made === null) throw new DomainError('not-found', 'There is no such resource, or you may not see it.');
      const { snapshot } = made;
      if (!made.isNew) snapshot.describe({ ...(note == null ? {} : { note }), ...(tag == null ? {} : { tag }) });
      if (zip === true) snapshot.wantZip(this.clock.now());
      await this.snapshots.save(snapshot);
      return { snapshot: snapshot.state, isNew: made.isNew };
    });
  }
}

import { Clock, DomainError, failpoint } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import type { Snapshot } from '../../../domain/snapshot.aggregate.js';
import { SnapshotRepository } from '../../../domain/snapshot.repository.port.js';
import type { SnapshotContent, SnapshotFailure, SnapshotState } from '../../../domain/snapshot.state.js';
import { SnapshotSource, type SourceContent } from '../../ports/snapshot-source.port.js';
import { SnapshotStorage, type BuiltZip } from '../../ports/snapshot-storage.port.js';
import { ZipDoubts } from '../../zip-doubts.js';
import { ZipBuild } from '../../zip-build.js';
import { BuildSnapshotCommand } from './build-snapshot.command.js';

/** Records what a version is of, then makes its zip where somebody wants it. Each step is repeated whole after a crash. */
@CommandHandler(BuildSnapshotCommand)
export class BuildSnapshotHandler implements ICommandHandler<BuildSnapshotCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly snapshots: SnapshotRepository,
    private readonly source: SnapshotSource,
    private readonly storage: SnapshotStorage,
    private readonly zips: ZipBuild,
    private readonly doubts: ZipDoubts,
    private readonly clock: Clock,
  ) {}

  async execute({ snapshotId }: BuildSnapshotCommand): Promise<void> {
    const snapshot = await this.unitOfWork.run(() => this.snapshots.findForUpdate(snapshotId));
    if (snapshot === null) return;
    if (!snapshot.isOpen) return this.sayAgain(snapshot);
    try {
      await this.work(snapshot);
    } catch (error) {
      // The store is away, or images are still being read: the message comes again and the build with it. Anything else will not get better.
      if (error instanceof DomainError && error.code === 'unavailable') throw error;
      await this.fail(snapshotId, { code: 'build-failed', detail: error instanceof DomainError ? error.detail : 'The version could not be built because of an error here.' });
      if (!(error instanceof DomainError)) throw error;
    }
  }

  /** Done before, by a process that may have ended before it said so in the bucket. */
  private async sayAgain(snapshot: Snapshot): Promise<void> {
    const { state } = snapshot;
    if (state.state === 'ready' && !(await this.storage.hasManifest(state))) {
      const content = await this.source.open(state);
      if (content === null) return;
      try {
        await this.writeManifest(snapshot, content, null);
      } finally {
        await content.close();
      }
    }
    await this.zips.pointLatest(state.datasetId);
  }

  private async work(snapshot: Snapshot): Promise<void> {
    const content = await this.source.open(snapshot.state);
    if (content === null) return this.fail(snapshot.state.id, { code: 'dataset-gone', detail: 'The dataset was deleted before this version was made.' });
    try {
      const recorded = await this.record(snapshot.state, await content.content());
      if (recorded === null) return;
      await this.makeZip(recorded, content);
    } finally {
      await content.close();
    }
  }

  /** Null: the content is another version, which tells those who waited. */
  private async record({ id, datasetId }: Pick<SnapshotState, 'id' | 'datasetId'>, content: SnapshotContent): Promise<Snapshot | null> {
    return this.unitOfWork.run(async () => {
      // The numbering first and then the row, as whoever asks for a version: the other way round the two wait for each other.
      await this.snapshots.nextVersion(datasetId);
      const snapshot = await this.snapshots.findForUpdate(id);
      if (snapshot === null || !snapshot.isOpen) return null;
      const known = await this.snapshots.findByContent(datasetId, content.contentHash);
      if (known === null || known.state.id === id) snapshot.record(content, this.clock.now());
      else for (const jobId of snapshot.giveWayTo(known.state.version, this.clock.now())) known.awaitedBy(jobId, this.clock.now());
      await this.snapshots.save(snapshot);
      if (snapshot.state.state === 'ready') return snapshot;
      if (known !== null) await this.snapshots.save(known);
      return null;
    });
  }

  private async makeZip(snapshot: Snapshot, content: SourceContent): Promise<void> {
    await failpoint('snapshot-recorded');
    const isWanted = snapshot.state.zipState === 'building';
    const built = isWanted ? await this.zipOf(snapshot, content) : null;
    await failpoint('snapshot-zip-stored');
    if (built?.replacesDamaged === true) await this.doubts.raiseForKin(snapshot.state);
    if (!isWanted || built !== null) await this.writeManifest(snapshot, content, built);
    await failpoint('snapshot-manifest-stored');
    await this.unitOfWork.run(() => this.finish(snapshot.state.id, built));
    if (built === null) return;
    await failpoint('snapshot-completed');
    await this.zips.pointLatest(snapshot.state.datasetId);
  }

  /** A zip may fail or be given up: the version is whole without it, so its manifest is there then. */
  private async zipOf(snapshot: Snapshot, content: SourceContent): Promise<BuiltZip | null> {
    let isTriedAgain = false;
    let built: BuiltZip | null = null;
    try {
      return (built = await this.zips.build(snapshot, content));
    } catch (error) {
      isTriedAgain = error instanceof DomainError && error.code === 'unavailable';
      throw error;
    } finally {
      if (built === null && !isTriedAgain && !(await this.storage.hasManifest(snapshot.state))) await this.writeManifest(snapshot, content, null);
    }
  }

  /** Whoever deleted or cancelled it meanwhile found nothing to remove yet. The row is locked until it is gone: nobody asks for the zip again before. */
  private async finish(id: string, built: BuiltZip | null): Promise<void> {
    const current = await this.snapshots.findForUpdate(id);
    if (current === null) return;
    if (built !== null) current.completeZip(built.zip, built, this.clock.now());
    await this.snapshots.save(current);
    const { state, zipState } = current.state;
    if (state === 'deleted') await this.storage.remove(current.state, 'all');
    else if ((built !== null || current.state.zipSuspectedAt !== null) && zipState === 'none') await this.storage.remove(current.state, 'zip');
  }

  private async writeManifest({ state }: Snapshot, content: SourceContent, built: BuiltZip | null): Promise<void> {
    const { datasetId, version, parent, position, contentHash, createdAt, requestedBy, note } = state;
    const head = { datasetId, version, parent, position, contentHash: contentHash ?? '', createdAt: createdAt.toISOString(), createdBy: requestedBy, note, zip: built?.zip ?? state.zip };
    await this.storage.writeManifest(head, content.manifestEntries());
  }

  private async fail(snapshotId: string, failure: SnapshotFailure): Promise<void> {
    await this.unitOfWork.run(async () => {
      const snapshot = await this.snapshots.findForUpdate(snapshotId);
      if (snapshot === null) return;
      snapshot.fail(failure, this.clock.now());
      snapshot.failZip(failure);
      await this.snapshots.save(snapshot);
      if (snapshot.state.state === 'deleted') await this.storage.remove(snapshot.state, 'all');
    });
  }
}

import { Clock, DomainError } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import type { Snapshot, SnapshotFailure, SnapshotZip } from '../../../domain/snapshot.aggregate.js';
import { manifestText } from '../../../domain/snapshot-manifest.js';
import { SnapshotRepository } from '../../../domain/snapshot.repository.port.js';
import { SnapshotSource, type SourceContent } from '../../ports/snapshot-source.port.js';
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
    // Its content is another version by now, which tells those who waited.
    if (outcome === null) return;
    await this.unitOfWork.run(async () => {
      const current = await this.snapshots.findForUpdate(snapshotId);
      if (current === null) return;
      if ('sha256' in outcome) current.complete(outcome, this.clock.now());
      else current.fail(outcome, this.clock.now());
      await this.snapshots.save(current);
    });
    if ('sha256' in outcome) await this.pointLatest(snapshot.state.datasetId);
  }

  private async build(snapshot: Snapshot): Promise<SnapshotZip | SnapshotFailure | null> {
    const { datasetId, version } = snapshot.state;
    const content = await this.source.content(datasetId);
    if (content === null) return { code: 'dataset-changed', detail: 'The dataset was deleted before this version was made.' };
    try {
      if (content.contentHash !== snapshot.state.contentHash && !(await this.follow(snapshot.state.id, content))) return null;
      return await this.write(snapshot, content);
    } catch (error) {
      // The store is away, or images are still being read: the message comes again and the build with it. Anything else will not get better.
      if (error instanceof DomainError && error.code === 'unavailable') throw error;
      await this.storage.discard(datasetId, version);
      return { code: 'build-failed', detail: error instanceof DomainError ? error.detail : 'The version could not be built because of an error here.' };
    } finally {
      await content.close();
    }
  }

  /** The dataset was edited between the request and the build: the version is of what there is now. False where that is a version already. */
  private async follow(snapshotId: string, content: SourceContent): Promise<boolean> {
    return this.unitOfWork.run(async () => {
      const snapshot = await this.snapshots.findForUpdate(snapshotId);
      if (snapshot === null || snapshot.state.state !== 'building') return false;
      await this.snapshots.nextVersion(snapshot.state.datasetId);
      const known = await this.snapshots.findByContent(snapshot.state.datasetId, content.contentHash);
      if (known === null) snapshot.follow(content);
      else for (const jobId of snapshot.giveWayTo(known.state.version, this.clock.now())) known.awaitedBy(jobId);
      await this.snapshots.save(snapshot);
      if (known !== null) await this.snapshots.save(known);
      return known === null;
    });
  }

  private async write(snapshot: Snapshot, content: SourceContent): Promise<SnapshotZip> {
    const { datasetId, version, createdAt, requestedBy, note } = snapshot.state;
    const { contentHash, upload } = content;
    const zip = upload === null ? await this.storage.writeZip(datasetId, version, content.entries()) : await this.storage.copyUpload(datasetId, version, upload);
    const head = { datasetId, version, parent: version > 1 ? version - 1 : null, contentHash, createdAt: createdAt.toISOString(), createdBy: requestedBy, note, zip };
    await this.storage.writeManifest(datasetId, version, manifestText(head, content.images()));
    return zip;
  }

  private async pointLatest(datasetId: string): Promise<void> {
    const newest = await this.unitOfWork.run(() => this.snapshots.newestReady(datasetId));
    if (newest?.state.zip != null) await this.storage.pointLatest(datasetId, { version: newest.state.version, ...newest.state.zip });
  }
}

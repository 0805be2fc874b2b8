import { DomainError } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../../platform/database/unit-of-work.js';
import { SnapshotRepository } from '../domain/snapshot.repository.port.js';
import { SnapshotStorage } from './ports/snapshot-storage.port.js';
import { SnapshotUses } from './snapshot-uses.js';

/** Takes zips away that can be made again. What stands behind the images is put aside first, so that they will be the same byte for byte. */
@Injectable()
export class ZipShelf {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly snapshots: SnapshotRepository,
    private readonly storage: SnapshotStorage,
    private readonly uses: SnapshotUses,
  ) {}

  /** Throws `state-conflict` where there is none, or a training uses it. */
  async drop(snapshotId: string): Promise<void> {
    const before = (await this.unitOfWork.run(() => this.snapshots.findForUpdate(snapshotId)))?.state;
    if (before === undefined) return;
    const tail = before.zipState === 'ready' ? await this.storage.keepTail(before) : null;
    await this.unitOfWork.run(async () => {
      const snapshot = await this.snapshots.findForUpdate(snapshotId);
      if (snapshot === null) return;
      const { datasetId, version } = snapshot.state;
      const uses = await this.uses.of(datasetId, [version]);
      const active = uses.filter((use) => use.isActive).map((use) => use.id);
      if (active.length > 0) throw new DomainError('state-conflict', 'A training uses this version.', { extensions: { job_ids: active } });
      const inProduction = uses.filter((use) => use.inProduction === true).map((use) => use.id);
      if (inProduction.length > 0) throw new DomainError('state-conflict', 'The model in production was trained on this version.', { extensions: { job_ids: inProduction } });
      snapshot.dropZip(tail);
      await this.snapshots.save(snapshot);
    });
    await this.storage.remove(before, 'zip');
  }

  /** Zips of versions that are not the newest and that nobody needed for so long. Answers how many were dropped. */
  async clear(unusedSince: Date, mayGoOn: () => Promise<boolean> = () => Promise.resolve(true)): Promise<number> {
    let dropped = 0;
    for (const id of await this.snapshots.supersededZips(unusedSince)) {
      if (!(await mayGoOn())) return dropped;
      try {
        await this.drop(id);
        dropped += 1;
      } catch (error) {
        // A training began with it meanwhile.
        if (!(error instanceof DomainError) || error.code !== 'state-conflict') throw error;
      }
    }
    return dropped;
  }
}

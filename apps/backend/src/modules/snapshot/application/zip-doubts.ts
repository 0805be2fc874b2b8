import { Clock } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../../platform/database/unit-of-work.js';
import type { Snapshot } from '../domain/snapshot.aggregate.js';
import { SnapshotRepository } from '../domain/snapshot.repository.port.js';

/** What readers say of zips. Nobody is believed: a builder reads the zip whole. Meanwhile nothing is copied from it. */
@Injectable()
export class ZipDoubts {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly snapshots: SnapshotRepository,
    private readonly clock: Clock,
  ) {}

  /** In the caller's unit of work, or in one of its own. A version without a zip has nothing to doubt. */
  async raise(datasetId: string, version: number): Promise<void> {
    await this.unitOfWork.run(async () => this.doubt(await this.snapshots.findByVersionForUpdate(datasetId, version)));
  }

  /** Zips may have copied from each other: when one was damaged, the others are read too. */
  async raiseForKin({ id, datasetId, zipSuspectedAt }: Readonly<Snapshot['state']>): Promise<void> {
    if (zipSuspectedAt === null) return;
    const kin = await this.unitOfWork.run(() => this.snapshots.zipsOfOneOrigin(datasetId, { id, doubtedAt: zipSuspectedAt }));
    await this.raiseAll(kin);
  }

  /** What `fsck` noted, which has no broker to tell a builder. Answers how many. */
  async takeUp(): Promise<number> {
    const noted = await this.unitOfWork.run(() => this.snapshots.doubtedZips());
    await this.raiseAll(noted);
    return noted.length;
  }

  private async raiseAll(ids: readonly string[]): Promise<void> {
    for (const id of ids) await this.unitOfWork.run(async () => this.doubt(await this.snapshots.findForUpdate(id)));
  }

  private async doubt(snapshot: Snapshot | null): Promise<void> {
    if (snapshot === null) return;
    snapshot.doubtZip(this.clock.now());
    await this.snapshots.save(snapshot);
  }
}

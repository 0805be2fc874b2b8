import { Clock } from '@app/kernel';
import { Injectable, Logger } from '@nestjs/common';
import { UnitOfWork } from '../../../platform/database/unit-of-work.js';
import { SnapshotRepository } from '../domain/snapshot.repository.port.js';
import { SnapshotStorage } from './ports/snapshot-storage.port.js';
import { ZipDoubts } from './zip-doubts.js';

const EVERY_MILLISECONDS = 24 * 60 * 60_000;
/** A round. In rounds of ten minutes that is 2,880 zips a day, at up to 4 MiB each. */
const MOST = 20;

/** Looks at zips that others may begin like, once a day each: what the store damages must not go on into new ones. A build does not look: it would read more than a new version costs. */
@Injectable()
export class ZipLooks {
  private readonly logger = new Logger(ZipLooks.name);

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly snapshots: SnapshotRepository,
    private readonly storage: SnapshotStorage,
    private readonly doubts: ZipDoubts,
    private readonly clock: Clock,
  ) {}

  /** Those that nobody looked at for a day; answers how many were damaged. */
  async round(signal: AbortSignal): Promise<number> {
    let damaged = 0;
    for (let looks = 0; looks < MOST; looks += 1) {
      const now = this.clock.now();
      const next = await this.unitOfWork.run(() => this.snapshots.takeZipToLookAt({ now, unseenSince: new Date(now.getTime() - EVERY_MILLISECONDS) }));
      if (next === null || signal.aborted) return damaged;
      const fault = await this.storage.faultOf(next.zip, signal);
      if (fault === null) continue;
      damaged += 1;
      this.logger.warn(`v${next.zip.version} of ${next.datasetId} is doubted: ${fault}`);
      await this.doubts.raise(next.datasetId, next.zip.version);
    }
    return damaged;
  }
}

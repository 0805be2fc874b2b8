import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BackendConfig } from '../../../config/backend-config.js';
import type { CleanUpAmount } from '../../../platform/clean-up/clean-up-job.js';
import { CleanUps } from '../../../platform/clean-up/clean-ups.js';
import { ZipShelf } from '../application/zip-shelf.js';

const MINUTE = 60;

/** Those that a training uses are among them: a run passes them by. */
const SUPERSEDED = `
  select count(*)::int as count, coalesce(sum(size_bytes), 0)::float8 as bytes from snapshots s where s.zip_state = 'ready' and s.state = 'ready' and s.zip_used_at < $1
    and exists (select 1 from snapshots n where n.dataset_id = s.dataset_id and n.version > s.version and n.zip_state = 'ready' and n.state = 'ready')
    and not exists (select 1 from training_jobs j where j.dataset_id = s.dataset_id and j.snapshot_version = s.version and j.state not in ('completed','failed','cancelled'))`;

/** Zips of superseded versions that nobody needed for a while: ten versions cost the bytes of one and ten small tails. */
@Injectable()
export class SnapshotCleanUps implements OnModuleInit {
  constructor(
    private readonly cleanUps: CleanUps,
    private readonly shelf: ZipShelf,
    private readonly dataSource: DataSource,
    private readonly config: BackendConfig,
  ) {}

  onModuleInit(): void {
    const keepsSeconds = this.config.snapshotZipGraceMinutes * MINUTE;
    const before = (now: Date): Date => new Date(now.getTime() - keepsSeconds * 1000);
    const plan = async (now: Date): Promise<CleanUpAmount> => {
      const rows: CleanUpAmount[] = await this.dataSource.query(SUPERSEDED, [before(now)]);
      return rows[0] ?? { count: 0, bytes: 0 };
    };
    this.cleanUps.register({
      ...{ name: 'superseded-zips', removes: 'Zips of versions that a newer one replaces and that nobody used for so long; they can be made again byte for byte.', setting: 'SNAPSHOT_ZIP_GRACE_MINUTES', keepsSeconds },
      ...{ everySeconds: 10 * MINUTE, firstAfterSeconds: MINUTE, removesObjects: true, plan },
      run: async ({ now, mayGoOn }) => ({ bytes: (await plan(now)).bytes, count: await this.shelf.clear(before(now), mayGoOn) }),
    });
  }
}

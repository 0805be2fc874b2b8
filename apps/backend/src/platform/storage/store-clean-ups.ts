import { ObjectStore } from '@app/object-store';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BackendConfig } from '../../config/backend-config.js';
import type { CleanUpAmount, CleanUpJob } from '../clean-up/clean-up-job.js';
import { CleanUps } from '../clean-up/clean-ups.js';
import { OPEN_DAYS } from './operation-ledger.js';

const HOUR = 3_600;
const DAY = 86_400;
/** Areas of the bucket that are the product's own; the staging area is cleaned with the uploads. */
const PREFIXES = ['datasets/', 'models/'];
const NIL = '00000000-0000-0000-0000-000000000000';

const CLOSED = `day < ($1::timestamptz at time zone 'utc')::date - ${OPEN_DAYS} and process <> '${NIL}'`;
/** In one statement: what is counted under the nil id is gone from where it was. */
const PUT_TOGETHER = `
  with gone as (delete from store_operations where ${CLOSED} returning *)
  insert into store_operations (day, process, dataset_id, operation, kind, count)
  select day, '${NIL}', dataset_id, operation, kind, sum(count) from gone group by 1, 3, 4, 5
  on conflict (day, process, dataset_id, operation, kind) do update set count = store_operations.count + excluded.count`;

/** What is of the store itself: uploads in parts that nobody goes on with, and its counts. */
@Injectable()
export class StoreCleanUps implements OnModuleInit {
  constructor(
    private readonly cleanUps: CleanUps,
    private readonly store: ObjectStore,
    private readonly dataSource: DataSource,
    private readonly config: BackendConfig,
  ) {}

  onModuleInit(): void {
    this.cleanUps.register(this.multipartUploads(), this.counts());
  }

  private multipartUploads(): CleanUpJob {
    const keepsSeconds = this.config.retention.multipartHours * HOUR;
    const before = (now: Date): Date => new Date(now.getTime() - keepsSeconds * 1000);
    return {
      ...{ name: 'orphaned-multipart-uploads', removes: 'Uploads in parts that were begun so long ago and never completed: a killed process leaves them, and stores bill their parts.', setting: 'MULTIPART_KEPT_HOURS', keepsSeconds },
      ...{ everySeconds: DAY, firstAfterSeconds: 1_200, removesObjects: true, plansByListing: true },
      plan: async (now) => {
        let count = 0;
        for (const prefix of PREFIXES) for await (const { begunAt } of this.store.openUploads(prefix)) if (begunAt < before(now)) count += 1;
        return { count, bytes: null };
      },
      run: async ({ now, mayGoOn }) => {
        let count = 0;
        for (const prefix of PREFIXES) if (await mayGoOn()) count += await this.store.abortStaleUploads(prefix, before(now));
        return { count, bytes: null };
      },
    };
  }

  private counts(): CleanUpJob {
    const keepsSeconds = this.config.retention.storeCountsDays * DAY;
    const due = `day < (($1::timestamptz - make_interval(secs => $2)) at time zone 'utc')::date`;
    return {
      ...{ name: 'store-counts', removes: 'Counted operations of days so long ago; those of days gone by are put together, one row for all processes.', setting: 'STORE_COUNTS_DAYS', keepsSeconds },
      ...{ everySeconds: DAY, firstAfterSeconds: 1_800, removesObjects: false },
      plan: (now) => this.count(`select count(*)::int as count from store_operations where ${due}`, [now, keepsSeconds]),
      run: async ({ now }) => {
        await this.dataSource.query(PUT_TOGETHER, [now]);
        return this.count(`with gone as (delete from store_operations where ${due} returning 1) select count(*)::int as count from gone`, [now, keepsSeconds]);
      },
    };
  }

  private async count(sql: string, parameters: unknown[]): Promise<CleanUpAmount> {
    const rows: { count: number }[] = await this.dataSource.query(sql, parameters);
    return { count: rows[0]?.count ?? 0, bytes: null };
  }
}

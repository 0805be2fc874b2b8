import type { DataSource } from 'typeorm';
import type { CleanUpAmount, CleanUpJob } from './clean-up-job.js';

/** Rows in one statement: a second at most. */
const BATCH = 10_000;

type Facts = Pick<CleanUpJob, 'name' | 'removes' | 'keepsSeconds' | 'setting' | 'everySeconds' | 'firstAfterSeconds'>;

/** A job that removes old rows and nothing else. `table`: and `due`: SQL of this program; `$1` is the time before which they are due. */
export function sqlCleanUp(dataSource: DataSource, rows: readonly { readonly table: string; readonly due: string }[], facts: Facts): CleanUpJob {
  const before = (now: Date): Date => new Date(now.getTime() - facts.keepsSeconds * 1000);
  return {
    ...facts,
    removesObjects: false,
    async plan(now): Promise<CleanUpAmount> {
      let count = 0;
      for (const { table, due } of rows) count += (await one(dataSource, `select count(*)::int as count from ${table} where ${due}`, before(now))) ?? 0;
      return { count, bytes: null };
    },
    async run({ now, mayGoOn }): Promise<CleanUpAmount> {
      let count = 0;
      for (const { table, due } of rows) {
        for (let gone = BATCH; gone === BATCH && (await mayGoOn()); count += gone) gone = await one(dataSource, batchOf(table, due), before(now));
      }
      return { count, bytes: null };
    },
  };
}

const batchOf = (table: string, due: string): string =>
  `with gone as (delete from ${table} where ctid = any(array(select ctid from ${table} where ${due} limit ${BATCH} for update skip locked)) returning 1) select count(*)::int as count from gone`;

async function one(dataSource: DataSource, sql: string, before: Date): Promise<number> {
  const rows: { count: number }[] = await dataSource.query(sql, [before]);
  return rows[0]?.count ?? 0;
}

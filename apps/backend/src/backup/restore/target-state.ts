import type { ObjectStore } from '@app/object-store';
import pg from 'pg';
import { RESTORE_MARK } from '../../platform/database/restore-mark.js';

export interface Target {
  readonly databaseUrl: string;
  readonly store: ObjectStore;
}

const OWN_AREAS = ['datasets/', 'models/'];
const TABLES = `select relname as name from pg_class where relkind in ('r','p') and relnamespace = current_schema()::regnamespace order by relname`;

/**
 * Marks an empty database as one that a backup is being restored into: the backend does not start on it. Where the mark is there, a restore of the same backup goes on.
 * Errors: `RangeError` where database or bucket hold something else.
 */
export async function takeTarget({ databaseUrl, store }: Target, backupId: string): Promise<void> {
  await withDatabase(databaseUrl, async (database) => {
    const tables = (await database.query<{ name: string }>(TABLES)).rows.map((row) => row.name);
    if (tables.includes(RESTORE_MARK)) return refuseOther(database, backupId);
    if (tables.length > 0) throw new RangeError(`The database is not empty (${tables.slice(0, 3).join(', ')}${tables.length > 3 ? ', ...' : ''}). A backup is restored into a new one.`);
    await refuseObjects(store);
    await database.query('begin');
    await database.query(`create table ${RESTORE_MARK} (backup_id text not null, rows_restored boolean not null default false, begun_at timestamptz not null default now())`);
    await database.query(`insert into ${RESTORE_MARK} (backup_id) values ($1)`, [backupId]);
    await database.query('commit');
  });
}

async function refuseOther(database: pg.Client, backupId: string): Promise<void> {
  const other = (await database.query<{ id: string }>(`select backup_id as id from ${RESTORE_MARK}`)).rows[0]?.id;
  if (other !== backupId) throw new RangeError(`The database is half restored from the backup ${other ?? '?'}: go on with that one (--id), or make a new database and a new bucket.`);
}

async function refuseObjects(store: ObjectStore): Promise<void> {
  for (const area of OWN_AREAS) {
    for await (const { key } of store.list(area)) throw new RangeError(`The bucket is not empty (${key}). A backup is restored into a new one.`);
  }
}

export async function withDatabase<T>(databaseUrl: string, work: (database: pg.Client) => Promise<T>): Promise<T> {
  const database = new pg.Client({ connectionString: databaseUrl, keepAlive: true });
  await database.connect();
  try {
    return await work(database);
  } finally {
    await database.end();
  }
}

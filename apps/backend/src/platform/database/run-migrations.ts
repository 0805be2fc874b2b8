import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { sqlStateOf } from '../errors/sql-state.js';
import { MIGRATIONS } from './migrations/index.js';

export type Migrations = typeof MIGRATIONS;

/** One number for all replicas: who holds this lock runs the migrations. */
const MIGRATION_LOCK = 7_301_842;
/** Whoever waits for a table's lock makes all others wait that come behind: a statement of a migration gives up after so long, lets them pass, and tries again. */
const LOCK_PATIENCE_MILLISECONDS = 2_000;
/** Lock not available, deadlock: the transaction was rolled back. */
const WORTH_A_REPEAT = new Set(['55P03', '40P01']);
const TRIES = 60;
const PAUSE_MILLISECONDS = 500;

export interface MigrationRun {
  readonly migrations?: Migrations;
  readonly onRun?: (name: string) => void;
  /** A table was in use for too long; it is tried again. */
  readonly onRepeat?: (attempt: number) => void;
}

/**
 * Runs the migrations that a database lacks, each in a transaction of its own; other programs may serve meanwhile (docs/migrations.md). Replicas that start at once wait for the first. A run that was killed
 * goes on where it stood. Errors: those of Postgres; lock time-outs after a minute or two of tries.
 */
export async function runMigrations(databaseUrl: string, { migrations = MIGRATIONS, ...told }: MigrationRun = {}): Promise<void> {
  // No limit for a statement: to build an index of a large table takes as long as it takes.
  const extra = { statement_timeout: 0, lock_timeout: LOCK_PATIENCE_MILLISECONDS, keepAlive: true };
  const dataSource = await new DataSource({ type: 'postgres', url: databaseUrl, entities: [], migrations, migrationsTransactionMode: 'each', poolSize: 2, extra }).initialize();
  try {
    const lock = dataSource.createQueryRunner();
    // Replicas wait for each other, not for tables.
    await lock.query('set lock_timeout = 0');
    await lock.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await untilDone(dataSource, told);
    await lock.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    await lock.release();
  } finally {
    // Ends the connection that holds the lock, too.
    await dataSource.destroy();
  }
}

async function untilDone(dataSource: DataSource, { onRun, onRepeat }: MigrationRun): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      for (const { name } of await dataSource.runMigrations()) onRun?.(name);
      return;
    } catch (error) {
      const state = sqlStateOf(error);
      if (state === undefined || !WORTH_A_REPEAT.has(state) || attempt === TRIES) throw error;
      onRepeat?.(attempt);
      await sleep(PAUSE_MILLISECONDS * (1 + Math.random()));
    }
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';

/** TypeORM's own table; a row is a migration that has run. */
const TABLE = 'migrations';
const UNDEFINED_TABLE = '42P01';

/** The database is older than this program, and whoever runs the migrations has not come. */
export class MigrationsMissing extends Error {}

export interface MigrationWait {
  readonly patienceMilliseconds: number;
  readonly lookEveryMilliseconds: number;
}

/** Five minutes: the Job that runs them is made in the same moment as the pods that wait, and an index on a large table takes a while. */
export const USUAL_WAIT: MigrationWait = { patienceMilliseconds: 300_000, lookEveryMilliseconds: 1_000 };

/**
 * Waits until every migration that this program knows has run. Ones that it does not know are a newer release's and no reason to stop: the old version serves while
 * the new one begins. Throws MigrationsMissing with the names of those that did not come.
 */
export async function awaitMigrations(dataSource: DataSource, wait: MigrationWait = USUAL_WAIT): Promise<void> {
  const end = Date.now() + wait.patienceMilliseconds;
  for (;;) {
    const missing = await missingMigrations(dataSource);
    if (missing.length === 0) return;
    if (Date.now() >= end) throw new MigrationsMissing(`The database lacks ${missing.join(', ')}: MIGRATE_AT_START is off, so run the migration command (docs/deploy/kubernetes.md) or set it to on.`);
    await sleep(wait.lookEveryMilliseconds);
  }
}

/** Names of this program's migrations that have not run, in their order. */
export async function missingMigrations(dataSource: DataSource): Promise<readonly string[]> {
  const done = await namesDone(dataSource);
  return dataSource.migrations.map((one) => one.name ?? one.constructor.name).filter((name) => !done.has(name));
}

async function namesDone(dataSource: DataSource): Promise<ReadonlySet<string>> {
  try {
    const rows: readonly { readonly name: string }[] = await dataSource.query(`select name from ${TABLE}`);
    return new Set(rows.map(({ name }) => name));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === UNDEFINED_TABLE) return new Set();
    throw error;
  }
}

import { fsck } from '../../fsck/fsck.js';
import type { Difference } from '../../fsck/difference.js';
import { MIGRATIONS } from '../../platform/database/migrations/index.js';
import { RESTORE_MARK } from '../../platform/database/restore-mark.js';
import { runMigrations, type Migrations } from '../../platform/database/run-migrations.js';
import { chosenBackup, type Backup } from '../backup-format.js';
import type { BackupPlace } from '../backup-place.port.js';
import { migrationsOf, restoreRows } from './restore-database.js';
import { restoreObjects, type RestoredObjects } from './restore-objects.js';
import { settle } from './settle.js';
import { takeTarget, withDatabase, type Target } from './target-state.js';

export interface RestoreOptions {
  /** Which one; the newest finished one else. */
  readonly id?: string;
  readonly onStep?: (sentence: string) => void;
  readonly onObject?: (count: number) => Promise<void> | void;
  /** Of this program; for tests of a later one. */
  readonly migrations?: Migrations;
}

export interface Restored {
  readonly backup: Backup;
  readonly objects: RestoredObjects;
  /** Differences between database and bucket, such as the installation had when it was saved. */
  readonly differences: readonly Difference[];
}

/**
 * Restores a backup into an empty database and an empty bucket: objects first, all rows in one transaction behind them, then the migrations that are newer than the backup, and a look at everything.
 * A restore that ended early goes on when it is begun again. Errors: `BackupDamaged`; `RangeError` where the target is not empty, or the backup is of a later release.
 */
export async function restoreBackup(place: BackupPlace, target: Target, { id, onStep, onObject, migrations = MIGRATIONS }: RestoreOptions = {}): Promise<Restored> {
  const step = onStep ?? ((): void => undefined);
  const backup = await chosenBackup(place, id);
  const had = migrationsOf(backup, migrations);
  await takeTarget(target, backup.id);
  step(`Restoring ${backup.objects.count} objects of the backup ${backup.id} ...`);
  const objects = await restoreObjects(place, backup, { store: target.store, ...(onObject === undefined ? {} : { onObject }) });
  step(`Restoring ${backup.tables.reduce((sum, one) => sum + one.rows, 0)} rows ...`);
  await restoreDatabase(place, target, { backup, had, migrations });
  step('Comparing database and bucket ...');
  const differences = await look(target);
  await withDatabase(target.databaseUrl, (database) => database.query(`drop table ${RESTORE_MARK}`));
  return { backup, objects, differences };
}

async function restoreDatabase(place: BackupPlace, { databaseUrl, store }: Target, { backup, had, migrations }: { backup: Backup; had: Migrations; migrations: Migrations }): Promise<void> {
  if (!(await hasRows(databaseUrl))) {
    await runMigrations(databaseUrl, { migrations: had });
    await restoreRows(databaseUrl, place, backup);
  }
  await runMigrations(databaseUrl, { migrations });
  await withDatabase(databaseUrl, async (database) => {
    await settle(database, store);
    await database.query('analyze');
  });
}

/** Whether an earlier try came behind the rows, and perhaps moved the schema on. */
async function hasRows(databaseUrl: string): Promise<boolean> {
  return withDatabase(databaseUrl, async (database) => (await database.query(`select 1 from ${RESTORE_MARK} where rows_restored`)).rowCount === 1);
}

/** Events that wait are published when the backend starts. */
async function look({ databaseUrl, store }: Target): Promise<Difference[]> {
  const found: Difference[] = [];
  for await (const one of fsck({ databaseUrl, store, graceMinutes: 0 })) if (one.code !== 'outbox-waiting') found.push(one);
  return found;
}

import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Migrations } from '../../platform/database/run-migrations.js';
import { RESTORE_MARK } from '../../platform/database/restore-mark.js';
import type { Backup, SavedTable } from '../backup-format.js';
import { BackupDamaged, type BackupPlace } from '../backup-place.port.js';
import { unpacked } from '../packed-lines.js';
import { quoted } from '../saved-tables.js';
import { withDatabase } from './target-state.js';

/** Which migrations had run when the backup was made. Errors: `RangeError` where it is of a later release than this program. */
export function migrationsOf(backup: Backup, known: Migrations): Migrations {
  const had = known.filter((one) => backup.migrations.includes(one.name));
  if (had.length !== backup.migrations.length) throw new RangeError(`The backup ${backup.id} is of a later release (${backup.productVersion}) than this program: restore it with that release.`);
  return had;
}

const REFERENCES = `
  select distinct conrelid::regclass::text as child, confrelid::regclass::text as parent from pg_constraint
  where contype = 'f' and connamespace = current_schema()::regnamespace and conrelid <> confrelid`;

/** All rows in one transaction, into tables that are empty or are emptied. Errors: `BackupDamaged`. */
export async function restoreRows(databaseUrl: string, place: BackupPlace, backup: Backup): Promise<void> {
  await withDatabase(databaseUrl, async (database) => {
    await database.query('begin');
    await database.query(`truncate ${backup.tables.map((one) => quoted(one.table)).join(', ')}`);
    for (const table of await parentsFirst(database, backup.tables)) await restoreTable(database, place, table);
    for (const { table, column, lastValue, isCalled } of backup.sequences) await database.query('select setval(pg_get_serial_sequence($1, $2), $3, $4)', [quoted(table), column, lastValue, isCalled]);
    await database.query(`update ${RESTORE_MARK} set rows_restored = true`);
    await database.query('commit');
  });
}

async function restoreTable(database: pg.Client, place: BackupPlace, { table, columns, rows, file }: SavedTable): Promise<void> {
  const stream = database.query(copyFrom(`copy ${quoted(table)} (${columns.map(quoted).join(', ')}) from stdin`));
  try {
    await pipeline(await unpacked(place, file.name), stream);
  } catch (error) {
    throw new BackupDamaged(`the table ${table} cannot be read: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  if (stream.rowCount !== rows) throw new BackupDamaged(`the table ${table} has ${stream.rowCount} rows instead of ${rows}`);
}

/** Rows that others refer to come before these. */
async function parentsFirst(database: pg.Client, tables: readonly SavedTable[]): Promise<SavedTable[]> {
  const { rows } = await database.query<{ child: string; parent: string }>(REFERENCES);
  const ordered: SavedTable[] = [];
  const waiting = new Set(tables);
  const isFree = (table: SavedTable): boolean => !rows.some(({ child, parent }) => child === table.table && [...waiting].some((other) => other.table === parent));
  while (waiting.size > 0) {
    const free = [...waiting].filter(isFree);
    if (free.length === 0) throw new Error('tables refer to each other in a circle');
    for (const table of free) waiting.delete(table);
    ordered.push(...free);
  }
  return ordered;
}

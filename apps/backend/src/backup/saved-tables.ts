import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { names, type SavedSequence, type SavedTable } from './backup-format.js';
import type { BackupPlace } from './backup-place.port.js';
import { packed } from './packed-lines.js';

/** Of the program that moves the schema, and what concerns only this installation and this moment. */
const LEFT_OUT = ['migrations', 'typeorm_metadata', 'backup_holds', 'restore_in_progress'];

const TABLES = `
  select c.relname as table, array_agg(a.attname::text order by a.attnum) as columns from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
  where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace and c.relname <> all($1) group by c.relname order by c.relname`;
const SEQUENCES = `
  select c.relname as table, a.attname as column, pg_get_serial_sequence(quote_ident(c.relname), a.attname) as name from pg_class c join pg_attribute a on a.attrelid = c.oid
  where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace and a.attidentity <> '' and not a.attisdropped order by 1, 2`;

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Every table of the transaction, as text by COPY, packed. */
export async function saveTables(database: pg.Client, place: BackupPlace, id: string): Promise<SavedTable[]> {
  const { rows } = await database.query<{ table: string; columns: string[] }>(TABLES, [LEFT_OUT]);
  const saved: SavedTable[] = [];
  for (const { table, columns } of rows) {
    const stream = database.query(copyTo(`copy ${quoted(table)} (${columns.map(quoted).join(', ')}) to stdout`));
    const name = names.table(id, table);
    const { sizeBytes, sha256 } = await place.write(name, packed(stream));
    saved.push({ table, columns, rows: stream.rowCount, file: { name, sizeBytes, sha256 } });
  }
  return saved;
}

/** Where sequences stand; never behind the rows of the transaction. */
export async function saveSequences(database: pg.Client): Promise<SavedSequence[]> {
  const { rows } = await database.query<{ table: string; column: string; name: string }>(SEQUENCES);
  const saved: SavedSequence[] = [];
  for (const { table, column, name } of rows) {
    const state = (await database.query<{ last_value: string; is_called: boolean }>(`select last_value::text, is_called from ${name}`)).rows[0];
    if (state !== undefined) saved.push({ table, column, lastValue: state.last_value, isCalled: state.is_called });
  }
  return saved;
}

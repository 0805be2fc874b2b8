import pg from 'pg';
import { MIGRATIONS } from '../platform/database/migrations/index.js';
import { names, type SavedSequence, type SavedTable } from './backup-format.js';
import type { BackupPlace } from './backup-place.port.js';
import { packedLines } from './packed-lines.js';
import { saveSequences, saveTables } from './saved-tables.js';
import { wantedObjects } from './wanted-objects.js';

export interface DatabaseCut {
  readonly takenAt: Date;
  readonly migrations: string[];
  readonly tables: SavedTable[];
  readonly sequences: SavedSequence[];
}

/** The database as it was at one moment, and the list of the objects that its rows name (`names.wanted`). Errors: `RangeError` where the schema is another one than this program's. */
export async function cutDatabase(databaseUrl: string, place: BackupPlace, id: string): Promise<DatabaseCut> {
  const database = new pg.Client({ connectionString: databaseUrl, keepAlive: true });
  await database.connect();
  try {
    await database.query('begin transaction isolation level repeatable read, read only');
    const migrations = (await database.query<{ name: string }>('select name from migrations order by timestamp')).rows.map((row) => row.name);
    refuseOther(migrations);
    const takenAt = (await database.query<{ now: Date }>('select clock_timestamp() as now')).rows[0]?.now ?? new Date();
    await place.write(names.wanted(id), packedLines(wantedObjects(database)));
    const tables = await saveTables(database, place, id);
    return { takenAt, migrations, tables, sequences: await saveSequences(database) };
  } finally {
    await database.end();
  }
}

function refuseOther(migrations: readonly string[]): void {
  const ours = MIGRATIONS.map((one) => one.name);
  if (migrations.length !== ours.length || migrations.some((name) => !ours.includes(name))) {
    throw new RangeError('The database is of another release than this program: save it with the release that serves it.');
  }
}

import pg from 'pg';
import type { Difference, DifferenceCode } from './difference.js';

/** What a zip that is read whole may turn out to be. */
const DAMAGE: ReadonlySet<DifferenceCode> = new Set(['zip-missing', 'zip-size', 'zip-sha256', 'zip-unreadable']);

/**
 * Notes zips that were found damaged, for the backend: it copies nothing from them, reads them again and makes them anew where they are damaged. Answers how many were noted.
 * Errors: those of Postgres.
 */
export async function noteDamage(databaseUrl: string, found: readonly Difference[]): Promise<number> {
  const keys = found.filter(({ code }) => DAMAGE.has(code)).map(({ where }) => where);
  if (keys.length === 0) return 0;
  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  try {
    const { rowCount } = await database.query(`update snapshots set zip_suspected_at = now() where key = any($1) and state = 'ready' and zip_state = 'ready'`, [keys]);
    return rowCount ?? 0;
  } finally {
    await database.end();
  }
}

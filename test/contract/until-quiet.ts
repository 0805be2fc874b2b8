import type pg from 'pg';

/** Columns of `datasets` that the live view writes by itself, some seconds behind a change. */
const VIEW_COLUMNS = ['view_seq', 'view_written_at', 'view_claimed_until', 'content_hash', 'content_hash_seq', 'content_totals'];
/** As text of SQL: what else a dataset's row says. */
export const DATASET_FACTS_SQL = `to_jsonb(datasets) - array[${VIEW_COLUMNS.map((name) => `'${name}'`).join(', ')}]`;

/** Whether the object is part of the live view, which follows what was accepted before by itself. */
export const isLiveView = (key: string): boolean => /^datasets\/[^/]+\/(?:annotations\.json|meta\.json|masks\/.*)$/.test(key);

const PATIENCE_MILLISECONDS = 30_000;

/**
 * Waits until nothing goes on in the background of what was accepted before: labels that are read, prefixes that are registered. Zips are not unpacked
 * by a backend under test (`IMAGE_WORKERS=0`). What a refused request changed can only be seen in the quiet.
 */
export async function untilQuiet(pool: pg.Pool): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MILLISECONDS; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, 20))) {
    const { rows } = await pool.query<{ open: number }>(`select count(*)::int as open from dataset_imports where state in ('waiting','running') and kind <> 'unpack-zip'`);
    if (rows[0]?.open === 0) return;
  }
  throw new Error('The background does not come to rest.');
}

import type { S3ObjectStore } from '@app/object-store';
import type pg from 'pg';
import { DATASET_FACTS_SQL, isLiveView, untilQuiet } from '../contract/until-quiet.js';

/** Everything that a refused request must leave as it was; compare two with `toEqual`. */
export interface Residue {
  /** Rows and a digest of their contents, by table. */
  readonly tables: Readonly<Record<string, string>>;
  readonly objects: readonly string[];
  readonly openMultipartUploads: number;
}

/**
 * Written by refused requests by design: throttle, sessions, the note on a refused upload (its state is asked of the API), and what the relay
 * writes by itself, and what the clock does.
 */
const NOTES: ReadonlySet<string> = new Set(['login_attempts', 'refresh_tokens', 'dataset_uploads', 'dataset_direct_uploads', 'inbox', 'broker_streams', 'idempotency_keys', 'clean_ups', 'store_operations', 'store_inventory']);
/** Compared by these columns only: the relay marks rows of the outbox, a key's use is noted. */
const COMPARED: Readonly<Record<string, string>> = {
  datasets: `${DATASET_FACTS_SQL} as facts`,
  outbox: 'id, stream, type, event',
  api_keys: 'id, name, scopes, expires_at, revoked_at',
};

/** Tables with their digests, the store's listing and its open multipart uploads (which are ended, so that the next look finds none). */
export async function takeResidue(pool: pg.Pool, store: S3ObjectStore): Promise<Residue> {
  await untilQuiet(pool);
  const names = await pool.query<{ name: string }>(`select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`);
  const tables: Record<string, string> = {};
  for (const { name } of names.rows) if (!NOTES.has(name)) tables[name] = await digestOf(pool, name);
  const objects: string[] = [];
  for await (const { key, sizeBytes, etag } of store.list('')) if (!isLiveView(key)) objects.push(`${key} ${sizeBytes} ${etag}`);
  return { tables, objects: objects.sort(), openMultipartUploads: await store.abortStaleUploads('', new Date(Date.now() + 60_000)) };
}

async function digestOf(pool: pg.Pool, table: string): Promise<string> {
  const { rows } = await pool.query<{ digest: string }>(`select count(*) || ' ' || md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as digest from (select ${COMPARED[table] ?? '*'} from "${table}") t`);
  return rows[0]?.digest ?? '';
}

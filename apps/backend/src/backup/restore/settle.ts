import { objectKeys, type ObjectHead, type ObjectStore } from '@app/object-store';
import type pg from 'pg';
import { merged } from '../../fsck/merge.js';

const PAGE = 2_000;

/**
 * Brings rows and bucket together where a backup leaves out what can be made again: zips that are not there are made when they are needed, thumbnails are made now, live views are written anew.
 * Can be done twice.
 */
export async function settle(database: pg.Client, store: ObjectStore): Promise<void> {
  await database.query('delete from backup_holds');
  await database.query('update datasets set view_seq = least(view_seq, 0) - 1, view_claimed_until = null');
  // Leases of processes that are gone.
  await database.query('update snapshots set zip_builder = null, zip_leased_until = null where zip_leased_until is not null');
  await settleZips(database, store);
  await settleThumbnails(database, store);
}

interface ZipRow {
  readonly id: string;
  readonly dataset_id: string;
  readonly version: number;
  readonly key: string;
  readonly sha256: string;
}

/** The store gives them other ETags, and copies parts only of what has the one that is written down. */
async function settleZips(database: pg.Client, store: ObjectStore): Promise<void> {
  const { rows } = await database.query<ZipRow>(`select id, dataset_id, version, key, sha256 from snapshots where state = 'ready' and zip_state = 'ready' order by dataset_id, version`);
  const newest = new Map<string, ZipRow>();
  for (const row of rows) {
    const head = await store.head(row.key);
    if (head === null) await database.query(`update snapshots set zip_state = 'none' where id = $1`, [row.id]);
    else {
      await database.query('update snapshots set zip_etag = $2 where id = $1 and zip_etag is not null', [row.id, head.etag]);
      newest.set(row.dataset_id, row);
    }
  }
  for (const { dataset_id: datasetId, version, key, sha256 } of newest.values()) {
    await store.put(objectKeys.latestSnapshot(datasetId), new TextEncoder().encode(JSON.stringify({ version, key, sha256 })), { contentType: 'application/json' });
  }
}

const SHOWN = `
  declare shown no scroll cursor for
  select * from (select dataset_id, number, 'datasets/' || dataset_id || '/' || folder || '/' || lpad(number::text, greatest(6, length(number::text)), '0') || '.webp' as key
  from dataset_images, (values ('thumbnails'), ('previews')) folders (folder) where thumbnail_at is not null) all_shown order by key collate "C"`;

interface Shown {
  readonly dataset_id: string;
  readonly number: number;
  readonly key: string;
}

async function settleThumbnails(database: pg.Client, store: ObjectStore): Promise<void> {
  await database.query('begin');
  await database.query('create temporary table missing_pictures (dataset_id text, number integer) on commit drop');
  await database.query(SHOWN);
  for await (const { left, right } of merged<Shown, ObjectHead>({ items: shown(database), key: (one) => one.key }, { items: store.list('datasets/'), key: (head) => head.key })) {
    if (left !== null && right === null) await database.query('insert into missing_pictures values ($1, $2)', [left.dataset_id, left.number]);
  }
  await database.query(`
    with again as (
      update dataset_images i set thumbnail_at = null from (select distinct dataset_id, number from missing_pictures) m where i.dataset_id = m.dataset_id and i.number = m.number returning i.dataset_id, i.number, i.object_key)
    insert into image_processing (dataset_id, number) select dataset_id, number from again where object_key is not null on conflict do nothing`);
  await database.query('commit');
}

async function* shown(database: pg.Client): AsyncIterable<Shown> {
  for (;;) {
    const { rows } = await database.query<Shown>(`fetch ${PAGE} from shown`);
    yield* rows;
    if (rows.length < PAGE) return;
  }
}

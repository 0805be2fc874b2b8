import type pg from 'pg';
import { z } from 'zod';

const PAGE = 2_000;

/**
 * `required`: the rows say that it is there. `zip`: a version's zip, which may go at any time and is made again. `derived`: made of an image, and made again where it is missing.
 * `optional`: rows name it, but it may not be there (yet, or any more).
 */
const KINDS = ['required', 'zip', 'derived', 'optional'] as const;

export const wantedSchema = z.object({ key: z.string(), kind: z.enum(KINDS), sizeBytes: z.number().nullable(), sha256: z.string().nullable() });
/** An object that rows name, with what they say of its bytes. */
export type WantedObject = z.infer<typeof wantedSchema>;

const [REQUIRED, ZIP, DERIVED, OPTIONAL] = KINDS.map((_, rank) => rank);
const numbered = (folder: string): string => `'datasets/' || i.dataset_id || '/${folder}/' || lpad(i.number::text, greatest(6, length(i.number::text)), '0') || '.webp'`;
const LIVE = 'join datasets d on d.id = i.dataset_id and d.purge_started_at is null';
const manifest = `'datasets/' || s.dataset_id || '/snapshots/v' || s.version || '.json'`;
const none = 'null::float8, null::text';

/** Not in it, because it is made again from the rows: annotations.json, meta.json, masks, latest.json. Not in it, because nobody was told yet that it was taken: the staging area. */
const NAMED = `
  select d.upload->>'key' as key, (d.upload->>'sizeBytes')::float8 as size, nullif(d.upload->>'sha256', '') as sha256, ${REQUIRED} as rank from datasets d where d.upload is not null and d.purge_started_at is null
  union all select i.object_key, i.size_bytes::float8, encode(i.sha256, 'hex'), ${REQUIRED} from dataset_images i ${LIVE} where i.object_key is not null
  union all select ${numbered('thumbnails')}, ${none}, ${DERIVED} from dataset_images i ${LIVE} where i.thumbnail_at is not null
  union all select ${numbered('previews')}, ${none}, ${DERIVED} from dataset_images i ${LIVE} where i.thumbnail_at is not null
  union all select lost.key, lost.size, lost.sha256, case when exists (
      select from snapshots s where s.dataset_id = lost.dataset_id and s.state not in ('failed','deleted') and s.position >= lost.since and s.position < lost.seq) then ${REQUIRED} else ${OPTIONAL} end
    from (
      select i.dataset_id, i.seq, i.body->'before'->>'key' as key, (i.body->'before'->>'size_bytes')::float8 as size, i.body->'before'->>'sha256' as sha256, coalesce(
        (select max(p.seq) from dataset_changes p where p.dataset_id = i.dataset_id and p.number = i.number and p.kind = 'image-replaced' and p.seq < i.seq), 0) as since
      from dataset_changes i ${LIVE} where i.kind = 'image-replaced' and i.body->'before'->>'key' is not null) lost
  union all select ${manifest}, ${none}, case when s.zip_state = 'building' then ${OPTIONAL} else ${REQUIRED} end from snapshots s join datasets d on d.id = s.dataset_id and d.purge_started_at is null where s.state = 'ready'
  union all select s.key, s.size_bytes::float8, s.sha256, ${ZIP} from snapshots s where s.state = 'ready' and s.zip_state = 'ready' and s.key is not null
  union all select s.tail->>'key', (s.tail->>'size_bytes')::float8, null, case when s.zip_state = 'ready' then ${OPTIONAL} else ${REQUIRED} end from snapshots s where s.state = 'ready' and s.tail is not null
  union all select c.key, c.size_bytes::float8, c.sha256, ${REQUIRED} from training_checkpoints c
  union all select m.key, m.size_bytes::float8, m.sha256, ${OPTIONAL} from training_minted_uploads m
  union all select m.object->>'key', (m.object->>'sizeBytes')::float8, m.object->>'sha256', ${REQUIRED} from models m
  union all select r.predictions->>'key', null, null, ${OPTIONAL} from model_runs r where r.predictions is not null
  union all select 'models/' || r.id || '/images.ndjson', ${none}, ${OPTIONAL} from model_runs r where r.stage not in ('done','undone','failed')`;

const WANTED = `
  declare wanted no scroll cursor for
  select key, max(size) as size, max(sha256) as sha256, min(rank) as rank from (${NAMED}) named where key is not null group by key order by key collate "C"`;

/** What the rows of a transaction name, in the order of the keys: memory does not grow with it. */
export async function* wantedObjects(database: pg.Client): AsyncIterable<WantedObject> {
  await database.query(WANTED);
  for (;;) {
    const { rows } = await database.query<{ key: string; size: number | null; sha256: string | null; rank: number }>(`fetch ${PAGE} from wanted`);
    for (const { key, size, sha256, rank } of rows) yield { key, kind: KINDS[rank] ?? 'optional', sizeBytes: size, sha256 };
    if (rows.length < PAGE) break;
  }
  await database.query('close wanted');
}

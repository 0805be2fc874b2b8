import { objectKeys, type ObjectHead } from '@app/object-store';
import { difference, type Difference } from './difference.js';
import { isSettled, rowsOf, sha256Of, type Examined } from './examined.js';
import { merged, type Pair } from './merge.js';

interface ImageObject {
  readonly key: string;
  readonly size: number | null;
  readonly sha256: string | null;
  /** An image has it now. */
  readonly current: boolean;
  /** A kept version has it. */
  readonly needed: boolean;
  /** Superseded a short while ago: the sweep has yet to come. */
  readonly recent: boolean;
}

/** The daily sweep removes what was superseded a day before: two days and an hour for a slow one. */
const SWEPT = `now() - interval '49 hours'`;

/** Bytes that an image has now, and those that it had before a replacement, from the change that brought them up to the one that took them away: versions in between have them. */
const IMAGES = `
  select key, max(size) as size, max(sha256) as sha256, bool_or(current) as current, bool_or(needed) as needed, bool_or(recent) as recent from (
    select object_key as key, size_bytes::float8 as size, encode(sha256, 'hex') as sha256, true as current, true as needed, false as recent from dataset_images where dataset_id = $1 and object_key is not null
    union all
    select lost.key, lost.size, lost.sha256, false, coalesce(had.kept, false), lost.at > ${SWEPT} or coalesce(had.recent, false)
    from (
      select c.seq, c.at, c.body->'before'->>'key' as key, (c.body->'before'->>'size_bytes')::float8 as size, c.body->'before'->>'sha256' as sha256, coalesce(
        (select max(p.seq) from dataset_changes p where p.dataset_id = $1 and p.number = c.number and p.kind = 'image-replaced' and p.seq < c.seq), 0) as since
      from dataset_changes c where c.dataset_id = $1 and c.kind = 'image-replaced' and c.body->'before'->>'key' is not null) lost
    cross join lateral (
      select bool_or(s.state not in ('failed','deleted')) as kept, bool_or(greatest(s.created_at, s.completed_at, s.deleted_at) > ${SWEPT}) as recent
      from snapshots s where s.dataset_id = $1 and s.position >= lost.since and s.position < lost.seq) had) known
  group by key order by key collate "C"`;

/** I3: each image has its object, and each object its image. */
export async function* checkImages(of: Examined, datasetId: string): AsyncIterable<Difference> {
  const rows = { items: rowsOf<ImageObject>(of, IMAGES, [datasetId]), key: (row: ImageObject) => row.key };
  const objects = { items: of.store.list(objectKeys.images(datasetId)), key: (object: ObjectHead) => object.key };
  for await (const pair of merged(rows, objects)) yield* imageDifference(of, pair);
}

async function* imageDifference(of: Examined, { left: row, right: object }: Pair<ImageObject, ObjectHead>): AsyncIterable<Difference> {
  if (row === null && object !== null && isSettled(of, object)) yield difference('image-orphan', object.key, `${object.sizeBytes} bytes that no image has`);
  if (row?.needed === true) yield* neededDifference(of, row, object);
  else if (row?.recent === false && object !== null && isSettled(of, object)) yield difference('image-superseded', row.key, `${object.sizeBytes} bytes that were replaced, and that no version has`);
}

async function* neededDifference(of: Examined, row: ImageObject, object: ObjectHead | null): AsyncIterable<Difference> {
  if (object === null) return yield difference('image-missing', row.key, row.current ? 'the image has no object' : 'a version has these bytes from before a replacement');
  if (row.size === null) return;
  if (object.sizeBytes !== row.size) yield difference('image-size', row.key, `${object.sizeBytes} bytes instead of ${row.size}`);
  else if (of.deep && (await sha256Of(of.store, row.key)) !== row.sha256) yield difference('image-sha256', row.key, 'other bytes of the same length');
}

interface Derived {
  readonly name: string;
  readonly made: boolean;
}

const NUMBERED = `
  select name, made from (select lpad(number::text, greatest(6, length(number::text)), '0') || $2 as name, REQUIRED as made from dataset_images where dataset_id = $1) numbered
  order by name collate "C"`;
/** Masks follow the labels by themselves: only strangers are looked for. */
const FOLDERS = [
  { folder: 'thumbnails/', suffix: '.webp', required: `thumbnail_at is not null and removed_seq is null` },
  { folder: 'previews/', suffix: '.webp', required: 'false' },
  { folder: 'masks/', suffix: '.png', required: 'false' },
];

/** What was made of images, without one; and thumbnails that are said to be there. */
export async function* checkDerived(of: Examined, datasetId: string): AsyncIterable<Difference> {
  for (const { folder, suffix, required } of FOLDERS) {
    const prefix = `${objectKeys.dataset(datasetId)}${folder}`;
    const rows = { items: rowsOf<Derived>(of, NUMBERED.replace('REQUIRED', required), [datasetId, suffix]), key: (row: Derived) => `${prefix}${row.name}` };
    const objects = { items: of.store.list(prefix), key: (object: ObjectHead) => object.key };
    for await (const { left: row, right: object } of merged(rows, objects)) {
      if (row === null && object !== null && isSettled(of, object)) yield difference('derived-orphan', object.key, 'no image has this number');
      if (row?.made === true && object === null) yield difference('derived-missing', `${prefix}${row.name}`, 'it was made, and is not there');
    }
  }
}

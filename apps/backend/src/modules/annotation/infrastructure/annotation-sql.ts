import { imageAnnotatedV1 } from '@app/contracts';
import { outboxStore } from '@app/messaging';
import { CHANGE_TABLE, CLASS_TABLE, DATASET_TABLE, IMAGE_CLASS_TABLE, IMAGE_TABLE } from '../../dataset/index.js';
import { MEMBERSHIP_TABLE, USER_TABLE } from '../../identity/index.js';

/**
 * $1 dataset, then for each question: number, actor or null, key or null. The arrays stand in sub-selects, here and below, so that their length is no reason
 * to plan the statement again each time: planning takes longer than running.
 */
export const READ_SQL = `
  with dataset as (select task_type, multi_label, visibility, classes_revision, labels_loaded from ${DATASET_TABLE} where id = $1 and deleted_at is null)
  select d.*, q.place::int as place, m.role, i.number, i.width, i.height, i.revision, i.status, i.no_object, i.objects, i.next_object_number,
    i.labeled_by, i.labeled_at, i.reviewed_by, i.reviewed_at, c.revision as repeat_revision, encode(c.request_hash, 'hex') as repeat_hash
  from dataset d
  left join unnest((select $2::int[]), (select $3::text[]), (select $4::text[])) with ordinality as q (number, actor, key, place) on true
  left join ${MEMBERSHIP_TABLE} m on m.dataset_id = $1 and m.user_id = q.actor::uuid
  left join ${IMAGE_TABLE} i on i.dataset_id = $1 and i.number = q.number and i.removed_seq is null
  left join ${CHANGE_TABLE} c on q.key is not null and c.dataset_id = $1 and c.number = q.number and c.actor = q.actor::uuid and c.idempotency_key = q.key`;

/** Both of one moment. */
export const CLASSES_SQL = `
  select d.classes_revision as revision,
    coalesce((select jsonb_agg(jsonb_build_object('id', class_id, 'name', name, 'color', color, 'details', details)) from ${CLASS_TABLE} where dataset_id = d.id), '[]') as classes
  from ${DATASET_TABLE} d where d.id = $1 and d.deleted_at is null`;

/** The columns of one edit in WRITE_SQL, in the order of its parameters from $3 on, with how each comes. */
export const EDIT_COLUMNS = {
  number: 'integer',
  revision: 'integer',
  width: 'integer',
  height: 'integer',
  next_object_number: 'integer',
  object_count: 'integer',
  labeled_delta: 'integer',
  objects: 'text',
  status: 'text',
  class_ids: 'text',
  actor: 'text',
  body: 'text',
  idempotency_key: 'text',
  event: 'text',
  no_object: 'boolean',
  relabeled: 'boolean',
  reviewed: 'boolean',
  labels_digest: 'bytes',
  request_hash: 'bytes',
} as const;
/** The same for classes that an image shows from now on, or no more: these follow where an edit of the batch has any. */
export const CLASS_COLUMNS = { shown: 'text', hidden: 'text' } as const;
export type EditColumn = keyof typeof EDIT_COLUMNS | keyof typeof CLASS_COLUMNS;
export type ColumnKind = 'integer' | 'text' | 'boolean' | 'bytes';

const TYPES: Readonly<Record<ColumnKind, string>> = { integer: 'int[]', text: 'text[]', boolean: 'boolean[]', bytes: 'bytea[]' };

function given(columns: Readonly<Record<string, ColumnKind>>): string {
  const parameters = Object.values(columns).map((kind, index) => `(select $${index + 3}::${TYPES[kind]})`);
  return `unnest(${parameters.join(', ')}) with ordinality as g (${Object.keys(columns).join(', ')}, place)`;
}

/**
 * $1 dataset, $2 the revision of its classes that the edits were checked by, then the columns of the edits, sorted by number.
 *
 * The dataset's row is locked before any other is changed (`locked` drives the joins of all that follow): edits of one dataset are committed one statement
 * after the other, so positions are committed in order, and nobody waits for an image's row. A row whose revision moved on is passed over: its
 * writer finds it missing in the answer. Everything else hangs on the rows that were changed. One instant for the row and its history: an earlier position is read
 * from the history, and must be what it was to the millisecond.
 */
const writeSql = (columns: Readonly<Record<string, ColumnKind>>, more: { readonly columns: string; readonly parts: string }): string => `
  with locked as materialized (
    select id from ${DATASET_TABLE} where id = $1 and classes_revision = $2 and labels_loaded and deleted_at is null for no key update
  ), given as materialized (
    select * from ${given(columns)}
  ), edited as (
    update ${IMAGE_TABLE} i set revision = i.revision + 1, objects = g.objects::jsonb, no_object = g.no_object, status = g.status, next_object_number = g.next_object_number,
      class_ids = g.class_ids::int[], object_count = g.object_count, labels_digest = g.labels_digest,
      labeled_by = case when g.relabeled then g.actor::uuid else i.labeled_by end,
      labeled_at = case when g.relabeled then statement_timestamp() else i.labeled_at end,
      reviewed_by = case when g.reviewed then g.actor::uuid when g.status = 'reviewed' then i.reviewed_by end,
      reviewed_at = case when g.reviewed then statement_timestamp() when g.status = 'reviewed' then i.reviewed_at end
    from locked, given g
    where i.dataset_id = locked.id and i.number = g.number and i.revision = g.revision and i.width = g.width and i.height = g.height and i.removed_seq is null
    returning g.place, g.number, g.revision, g.actor, g.body, g.idempotency_key, g.request_hash, g.labeled_delta, g.event${more.columns}, i.labeled_by, i.labeled_at, i.reviewed_by, i.reviewed_at
  ), counted as materialized (
    select count(*) as edits, coalesce(sum(labeled_delta), 0) as labeled from edited
  ), moved as (
    update ${DATASET_TABLE} d set change_seq = d.change_seq + c.edits, num_labeled = d.num_labeled + c.labeled, changed_at = clock_timestamp(), updated_at = clock_timestamp()
    from counted c where d.id = $1 and c.edits > 0
    returning d.change_seq - c.edits as base
  ), placed as materialized (
    select e.*, m.base + row_number() over (order by e.place) as seq from edited e cross join moved m
  ), logged as (
    insert into ${CHANGE_TABLE} (dataset_id, seq, at, actor, kind, number, revision, body, idempotency_key, request_hash)
    select $1, p.seq, statement_timestamp(), p.actor::uuid, 'annotated', p.number, p.revision + 1, p.body::jsonb, p.idempotency_key, p.request_hash from placed p
  ), told as (
    ${outboxStore.insertBundleSql(imageAnnotatedV1, `select p.event || p.seq || '}}' as event, p.seq as place from placed p`)}
  )${more.parts}
  select exists (select 1 from locked) as usable, p.place::int as place, p.seq::float8 as seq, p.labeled_by, p.labeled_at, p.reviewed_by, p.reviewed_at
  from (select 1) as one left join placed p on true`;

const CLASSES_CHANGE = `, shown as (
    insert into ${IMAGE_CLASS_TABLE} (dataset_id, class_id, number)
    select $1, class_id, p.number from placed p cross join unnest(p.shown::int[]) as class_id
    on conflict do nothing
  ), hidden as (
    delete from ${IMAGE_CLASS_TABLE} c using placed p cross join unnest(p.hidden::int[]) as gone (class_id)
    where c.dataset_id = $1 and c.number = p.number and c.class_id = gone.class_id
  ), recounted as (
    update ${CLASS_TABLE} k set image_count = k.image_count + d.images
    from (
      select class_id, sum(step) as images
      from placed p
      cross join lateral (select class_id, 1 as step from unnest(p.shown::int[]) as class_id union all select class_id, -1 from unnest(p.hidden::int[]) as class_id) as steps
      group by class_id) d
    where k.dataset_id = $1 and k.class_id = d.class_id
  )`;

/** Most edits move boxes: what only new or vanished classes need costs a part of each batch, and is left out where there are none. */
export const WRITE_SQL = writeSql(EDIT_COLUMNS, { columns: '', parts: '' });
export const WRITE_WITH_CLASSES_SQL = writeSql({ ...EDIT_COLUMNS, ...CLASS_COLUMNS }, { columns: ', g.shown, g.hidden', parts: CLASSES_CHANGE });

/** $1 dataset, $2 number, $3 revision. */
export const REVISIONS_AFTER_SQL = `select revision, body from ${CHANGE_TABLE} where dataset_id = $1 and number = $2 and revision > $3 order by seq desc`;

/** $1 dataset, $2 number, $3 position or null, $4 how many. */
export const HISTORY_SQL = `
  select c.seq::float8 as seq, c.revision, c.at, c.actor, u.display_name as "actorName", c.kind, c.body
  from ${CHANGE_TABLE} c left join ${USER_TABLE} u on u.id = c.actor
  where c.dataset_id = $1 and c.number = $2 and c.revision is not null and c.number is not null and ($3::bigint is null or c.seq < $3)
  order by c.seq desc limit $4`;

/** $1 dataset, $2 number. */
export const FIRST_REVISION_SQL = `
  select i.added_at as at, coalesce(i.added_by, d.created_by) as actor, u.display_name as "actorName"
  from ${IMAGE_TABLE} i join ${DATASET_TABLE} d on d.id = i.dataset_id left join ${USER_TABLE} u on u.id = coalesce(i.added_by, d.created_by)
  where i.dataset_id = $1 and i.number = $2 and i.removed_seq is null`;

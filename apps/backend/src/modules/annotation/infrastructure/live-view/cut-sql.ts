import { CLASS_TABLE, DATASET_TABLE, IMAGE_TABLE } from '../../../dataset/index.js';

/** $1 dataset. */
export const HEAD_SQL = `
  select d.id, d.name, d.task_type, d.multi_label, d.split_config, d.created_at, coalesce(d.changed_at, d.created_at) as modified_at, d.change_seq::float8 as position, d.labels_loaded, d.next_image_number,
    d.content_hash, d.content_hash_seq::float8 as content_hash_seq, d.content_totals,
    coalesce((select jsonb_agg(jsonb_build_object('id', class_id, 'name', name, 'color', color, 'details', details) order by position, class_id) from ${CLASS_TABLE} where dataset_id = d.id), '[]') as classes
  from ${DATASET_TABLE} d where d.id = $1 and d.deleted_at is null`;

/** Broken ones and those that were removed are no part of the content. */
export const imagesOf = (dataset: string): string => `from ${IMAGE_TABLE} where dataset_id = ${dataset} and removed_seq is null and state = 'ready'`;

/** $1 whether an image has one mask instead of objects; `from` as of `imagesOf`. Two passes over the images, both of which the database may share out to several processes. */
export const totalsSql = (from: string): string => `
  with by_class as (select o->>'class_id' as class_id, count(*) as annotations from (select objects ${from} and objects <> '[]') as labeled, jsonb_array_elements(objects) as o group by 1)
  select count(*)::float8 as images, (count(*) filter (where status <> 'unlabeled'))::float8 as labeled,
    coalesce(sum(case when $1 then (objects <> '[]')::int else object_count end), 0)::float8 as annotations,
    (count(*) filter (where split = 'train'))::float8 as train, (count(*) filter (where split = 'val'))::float8 as val, (count(*) filter (where split = 'test'))::float8 as test,
    coalesce((select jsonb_object_agg(class_id, annotations) from by_class where class_id <> '-1'), '{}') as classes
  ${from}`;

/** $1 dataset, $2 position, $3 hash, $4 totals, $5 what content_hash_seq was in the cut: somebody who changed it since knows better. */
export const REMEMBER_SQL = `update ${DATASET_TABLE} set content_hash = $3, content_hash_seq = $2, content_totals = $4 where id = $1 and content_hash_seq = $5 and deleted_at is null`;

export const MASK_LINE = `json_build_object('number', number, 'width', width, 'height', height, 'objects', objects)::text`;

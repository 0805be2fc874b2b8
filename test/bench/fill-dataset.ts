import type pg from 'pg';

/** Rows of a large dataset as years of work would leave them, without objects: a third labelled, a class in a thousand images, some broken, some assigned. */
export async function fillDataset(pool: pg.Pool, datasetId: string, count: number): Promise<void> {
  await pool.query(
    `insert into dataset_images (dataset_id, number, file_name, original_name, width, height, depth, format, split, status, size_bytes, sha256, object_key, thumbnail_at, class_ids, object_count, state, assignee, added_seq, added_by)
     select $1, n, 'images/IMG_' || lpad(n::text, 7, '0') || '.jpg', 'IMG_' || n || '.jpg', 640, 480, 3, 'jpeg',
       case when n % 10 < 7 then 'train' when n % 10 < 9 then 'val' else null end,
       case when n % 49 = 0 then 'reviewed' when n % 3 = 0 then 'labeled' else 'unlabeled' end,
       100000, sha256(($1 || n)::bytea), 'datasets/' || $1 || '/images/' || lpad(n::text, 6, '0') || '.jpg', now(),
       case when n % 49 <> 0 and n % 3 <> 0 then '{}'::int[] when n % 1000 = 507 or n % 1000 = 600 then '{1,7}'::int[] else '{1}'::int[] end, 1,
       case when n % 5000 = 0 then 'broken' else 'ready' end, case when n % 1000 < 2 then '00000000-0000-4000-8000-000000000001'::uuid end, n, gen_random_uuid()
     from generate_series(1, $2::int) as n`,
    [datasetId, count],
  );
  await pool.query('insert into dataset_image_classes (dataset_id, class_id, number) select dataset_id, unnest(class_ids), number from dataset_images where dataset_id = $1', [datasetId]);
  await pool.query(
    `update datasets set num_images = $2, next_image_number = $2 + 1, change_seq = $2, image_bytes = 100000::bigint * $2,
       splits = (select jsonb_build_object('train', count(*) filter (where split = 'train'), 'val', count(*) filter (where split = 'val'), 'test', 0, 'unassigned', count(*) filter (where split is null)) from dataset_images where dataset_id = $1)
     where id = $1`,
    [datasetId, count],
  );
}

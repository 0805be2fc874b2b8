import { isDeepStrictEqual } from 'node:util';
import { difference, type Difference } from './difference.js';
import type { Examined } from './examined.js';

interface Counters {
  readonly num_images: number;
  readonly num_labeled: number;
  readonly image_bytes: number;
  readonly splits: Readonly<Record<string, number>>;
}

const COUNTED = `
  select count(*)::int as num_images, (count(*) filter (where status <> 'unlabeled'))::int as num_labeled, coalesce(sum(size_bytes), 0)::float8 as image_bytes,
    jsonb_build_object('train', count(*) filter (where split = 'train'), 'val', count(*) filter (where split = 'val'), 'test', count(*) filter (where split = 'test'),
      'unassigned', count(*) filter (where split is null)) as splits
  from dataset_images where dataset_id = $1 and removed_seq is null`;
const CLASSES = `
  select k.class_id, k.image_count as stored, (select count(*)::int from dataset_image_classes c join dataset_images i using (dataset_id, number)
    where c.dataset_id = k.dataset_id and c.class_id = k.class_id and i.removed_seq is null) as counted
  from dataset_classes k where k.dataset_id = $1`;

/** Counters of a dataset against its rows. */
export async function* checkCounters({ database }: Examined, datasetId: string): AsyncIterable<Difference> {
  const stored = (await database.query<Counters & { labels_loaded: boolean }>('select num_images, num_labeled, image_bytes::float8, splits, labels_loaded from datasets where id = $1', [datasetId])).rows[0];
  const counted = (await database.query<Counters>(COUNTED, [datasetId])).rows[0];
  if (stored === undefined || counted === undefined) return;
  const names = ['num_images', 'num_labeled', 'image_bytes', 'splits'] as const;
  for (const name of names) {
    if (!isDeepStrictEqual(stored[name], counted[name])) yield difference('counter-differs', `${name} of ${datasetId}`, `${JSON.stringify(stored[name])} instead of ${JSON.stringify(counted[name])}`);
  }
  // Before, the classes of images are not in rows yet.
  if (!stored.labels_loaded) return;
  const classes = await database.query<{ class_id: number; stored: number; counted: number }>(CLASSES, [datasetId]);
  for (const { class_id: id, ...one } of classes.rows) {
    if (one.stored !== one.counted) yield difference('counter-differs', `image_count of class ${id} of ${datasetId}`, `${one.stored} instead of ${one.counted}`);
  }
}

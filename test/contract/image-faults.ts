import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { ObjectStore } from '@app/object-store';
import type pg from 'pg';

interface StoredImage {
  readonly number: number;
  readonly key: string;
  readonly sha256: string;
  readonly size: number;
  readonly removed: boolean;
  readonly split: string;
}

const IMAGES = `select number, object_key as key, encode(sha256, 'hex') as sha256, size_bytes::float8 as size, removed_seq is not null as removed, coalesce(split, 'unassigned') as split
  from dataset_images where dataset_id = $1 order by number`;

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** What I3 of design/reliability.md and the counters say of a dataset; empty when all is well. */
export async function imageFaults(pool: pg.Pool, store: ObjectStore, datasetId: string): Promise<string[]> {
  const images = (await pool.query<StoredImage>(IMAGES, [datasetId])).rows;
  const orphans = (await imageOrphans(pool, store, datasetId)).map((key) => `${key} is no image's`);
  return [...(await byteFaults(store, images)), ...(await counterFaults(pool, datasetId, images.filter((image) => !image.removed))), ...orphans];
}

/** Objects under the images of a dataset that no image has now. */
export async function imageOrphans(pool: pg.Pool, store: ObjectStore, datasetId: string): Promise<string[]> {
  const known = new Set((await pool.query<StoredImage>(IMAGES, [datasetId])).rows.map((image) => image.key));
  const orphans: string[] = [];
  for await (const object of store.list(`datasets/${datasetId}/images/`)) if (!known.has(object.key)) orphans.push(object.key);
  return orphans;
}

async function byteFaults(store: ObjectStore, images: readonly StoredImage[]): Promise<string[]> {
  const faults: string[] = [];
  for (let at = 0; at < images.length; at += 16) faults.push(...(await Promise.all(images.slice(at, at + 16).map((image) => byteFault(store, image)))).flat());
  return faults;
}

async function byteFault(store: ObjectStore, image: StoredImage): Promise<string[]> {
  const bytes = await store.getBytes(image.key, 200_000_000).catch(() => null);
  if (bytes === null) return [`image ${image.number} has no object`];
  return sha256(bytes) === image.sha256 && bytes.length === image.size ? [] : [`image ${image.number} has other bytes`];
}

async function counterFaults(pool: pg.Pool, datasetId: string, live: readonly StoredImage[]): Promise<string[]> {
  const [stored] = (await pool.query('select num_images, image_bytes::float8, splits, change_seq::int from datasets where id = $1', [datasetId])).rows as unknown[];
  const [sequence] = (await pool.query<{ count: number; last: number }>('select count(*)::int as count, coalesce(max(seq), 0)::int as last from dataset_changes where dataset_id = $1', [datasetId])).rows;
  const splits: Record<string, number> = { train: 0, val: 0, test: 0, unassigned: 0 };
  for (const image of live) splits[image.split] = (splits[image.split] ?? 0) + 1;
  const expected = { num_images: live.length, image_bytes: live.reduce((sum, image) => sum + image.size, 0), splits, change_seq: sequence?.last };
  const faults = isDeepStrictEqual(stored, expected) ? [] : [`the counters are ${JSON.stringify(stored)}, not ${JSON.stringify(expected)}`];
  return sequence?.count === sequence?.last ? faults : [...faults, 'the sequence of changes has gaps'];
}

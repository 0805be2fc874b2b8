// How long a version of many images takes to be restored, and who waits meanwhile (docs/versions-compare.md).
import { setTimeout as sleep } from 'node:timers/promises';
import { call, create, seconds, written } from './snapshot-bench.mjs';
import { rowsOnly } from './snapshot-datasets.mjs';

const AT_ONCE = 8;
const BATCH = 1_000;
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const count = (number) => number.toLocaleString('en');

/** Every image has another side, and so many each are relabelled, removed, and have another file. */
async function change(bench, { id, images, each }) {
  for (let from = 1; from <= images; from += BATCH) await call(bench, 'POST', `datasets/${id}/images/bulk`, { json: { ids: range(from, Math.min(images, from + BATCH - 1)), action: 'split', split: 'val' } });
  for (let from = each + 1; from <= 2 * each; from += BATCH) await call(bench, 'POST', `datasets/${id}/images/bulk`, { json: { ids: range(from, Math.min(2 * each, from + BATCH - 1)), action: 'delete' } });
  const wanted = range(1, each);
  const relabel = async () => {
    for (let number = wanted.pop(); number !== undefined; number = wanted.pop()) {
      await call(bench, 'PATCH', `datasets/${id}/annotations/${number}`, { json: { annotation: { class_id: 1, bbox: [5, 5, 10, 10] } }, headers: { 'if-match': '"1"' } });
    }
  };
  await Promise.all(range(1, AT_ONCE).map(relabel));
  await replace(bench, { id, from: 2 * each + 1, to: 3 * each });
}

/** As the API writes it: thousands of uploads would measure those. */
async function replace({ pool }, { id, from, to }) {
  const facts = (hash) => `jsonb_build_object('file_name', i.file_name, 'sha256', encode(${hash}, 'hex'), 'width', i.width, 'height', i.height, 'size_bytes', i.size_bytes, 'key', i.object_key, 'crc32', i.crc32, 'depth', i.depth, 'format', i.format, 'orientation', i.orientation)`;
  await pool.query(
    `with locked as (select change_seq as seq from datasets where id = $1), changed as (
       insert into dataset_changes (dataset_id, seq, actor, kind, number, body)
       select $1, locked.seq + i.number - $2 + 1, gen_random_uuid(), 'image-replaced', i.number, jsonb_build_object('before', ${facts('i.sha256')}, 'after', ${facts('sha256(i.number::text::bytea)')})
       from dataset_images i, locked where i.dataset_id = $1 and i.number between $2 and $3),
     moved as (update dataset_images set sha256 = sha256(number::text::bytea) where dataset_id = $1 and number between $2 and $3)
     update datasets set change_seq = change_seq + $3 - $2 + 1 where id = $1`,
    [id, from, to],
  );
}

/** Milliseconds of the slowest of some requests, one behind the other, until it is told to stop. */
function probe(work) {
  let [slowest, isOver] = [0, false];
  const done = (async () => {
    while (!isOver) {
      slowest = Math.max(slowest, 1000 * (await seconds(work)));
      await sleep(50);
    }
  })();
  return async () => ((isOver = true), await done, slowest);
}

export async function restoring(bench, quick) {
  const images = quick ? 10_000 : 100_000;
  const each = images / 10;
  const { id } = await rowsOnly(bench, images);
  const { version } = await create(bench, id);
  await written(bench, id, version);
  await change(bench, { id, images, each });
  const reader = probe(() => call(bench, 'GET', `datasets/${id}/images?limit=50`));
  let restored;
  const restore = seconds(async () => (restored = await call(bench, 'POST', `datasets/${id}/snapshots/${version}/restore`)));
  await sleep(200);
  let waited = 0;
  const editor = seconds(async () => {
    const path = `datasets/${id}/annotations/${images}`;
    const { revision } = await call(bench, 'GET', path);
    await call(bench, 'PATCH', path, { json: { annotation: { class_id: 1, bbox: [1, 1, 9, 9] } }, headers: { 'if-match': `"${revision}"` } });
  }).then((value) => (waited = value), (error) => (waited = String(error)));
  const wall = await restore;
  await editor;
  const slowest = await reader();
  const { moved, relabelled, restored: back, replaced } = restored.images;
  return [
    { what: `restore of ${count(images)} images (${count(moved)} moved, ${count(relabelled)} relabelled, ${count(back)} back, ${count(replaced)} files)`, value: `${wall.toFixed(1)} s`, memory: `${bench.backend.highestMegabytes().toFixed(0)} MB` },
    { what: 'an edit that was sent behind its beginning', value: typeof waited === 'number' ? `${waited.toFixed(1)} s` : waited },
    { what: 'the slowest list of images meanwhile', value: `${slowest.toFixed(0)} ms` },
  ];
}

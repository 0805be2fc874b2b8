// 18,000 images with 25,000 boxes as COCO (label-studio#5811 could not in a minute), streamed from the database: its time and memory against
// query + JSON.stringify in the same run, and its memory at ten times the size.
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const DIST = new URL('../../dist/', import.meta.url);
const CHILD = new URL('coco-export-child.mjs', import.meta.url).pathname;
const run = promisify(execFile);
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const IMAGES = 18_000;
const ANNOTATIONS = 25_000;
/** MB. Code and connections take half of it. */
const SMALL_HEAP = 64;

/** Answers rows for the table of `npm run bench`. */
export async function cocoExport({ quick = false } = {}) {
  const { startPostgres } = await import(new URL('standalone/libs/local-services/src/index.js', DIST));
  const folder = await mkdtemp(join(tmpdir(), 'vision-bench-'));
  await chmod(folder, 0o711);
  const postgres = await startPostgres({ dataDirectory: join(folder, 'postgres') });
  try {
    return await measure(postgres.url, quick ? 3 : 5);
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(url, rounds) {
  const [dataset, tenfold] = await fill(url);
  // What is garbage only waits for its collection while there is room: in a small heap the highest memory is what is needed.
  const read = async (way, id, heap = 4_000) => JSON.parse((await run(process.execPath, [`--max-old-space-size=${heap}`, CHILD, way, url, id])).stdout);
  const [streams, strings] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    streams.push(await read('stream', dataset));
    strings.push(await read('stringify', dataset));
  }
  const [large, largeString] = [await read('stream', tenfold, SMALL_HEAP), await read('stringify', tenfold)];
  const small = await read('stream', dataset, SMALL_HEAP);
  const [first] = streams;
  if (first.annotations !== ANNOTATIONS) throw new Error(`${first.annotations} annotations were exported`);
  const [fast, slow] = [median(streams.map((one) => one.milliseconds)), median(strings.map((one) => one.milliseconds))];
  const memory = median(streams.map((one) => one.megabytes));
  const count = (number) => number.toLocaleString('en');
  return [
    { what: `COCO of ${count(IMAGES)} images, ${count(ANNOTATIONS)} boxes (${(first.bytes / 1e6).toFixed(1)} MB)`, this: `${fast.toFixed(0)} ms, ${memory.toFixed(0)} MB`, baseline: `${slow.toFixed(0)} ms, ${median(strings.map((one) => one.megabytes)).toFixed(0)} MB`, 'baseline is': 'query + JSON.stringify, no report of losses', ratio: (slow / fast).toFixed(2) },
    { what: `COCO of ${count(IMAGES * 10)} images, highest memory`, this: `${large.megabytes.toFixed(0)} MB in a heap of ${SMALL_HEAP} MB`, baseline: `${largeString.megabytes.toFixed(0)} MB`, 'baseline is': 'query + JSON.stringify', ratio: (largeString.megabytes / large.megabytes).toFixed(2) },
    { what: `COCO of ${count(IMAGES * 10)} images in a heap of ${SMALL_HEAP} MB, highest memory`, this: `${large.megabytes.toFixed(0)} MB`, baseline: `${small.megabytes.toFixed(0)} MB`, 'baseline is': `the same of ${count(IMAGES)} images`, ratio: (large.megabytes / small.megabytes).toFixed(2) },
  ];
}

/** Datasets of rows made by SQL: one box an image, and a second one on some until there are as many as wanted. */
async function fill(url) {
  const { migrated, dataSourceOptions } = await import(new URL('backend/apps/backend/src/platform/database/database.module.js', DIST));
  const database = await migrated(dataSourceOptions({ url, poolSize: 2 }));
  const source = database.createQueryRunner();
  await source.query('set statement_timeout = 0');
  const ids = [];
  for (const times of [1, 10]) {
    const id = `platform-bench-${randomUUID().slice(0, 8)}`;
    ids.push(id);
    const [images, twice] = [IMAGES * times, (ANNOTATIONS - IMAGES) * times];
    await source.query(
      `insert into datasets (id, name, task_type, multi_label, visibility, status, num_images, num_classes, num_labeled, splits, content_hash, content_hash_seq, created_by, created_at, updated_at, revision)
       values ($1, $1, 'object_detection', false, 'private', 'ready', $2, 10, $2, '{}', '', -1, $3, now(), now(), 1)`,
      [id, images, randomUUID()],
    );
    await source.query(`insert into dataset_classes (dataset_id, class_id, name, color, position, image_count) select $1, n, 'class ' || n, '#000000', n, $2 from generate_series(0, 9) as n`, [id, images]);
    await source.query(
      `insert into dataset_images (dataset_id, number, file_name, width, height, depth, format, split, status, size_bytes, sha256, class_ids, object_count, next_object_number, objects, labels_digest)
       select $1, n, 'images/' || lpad(n::text, 7, '0') || '.jpg', 640, 480, 3, 'jpeg', 'train', 'labeled', 100000, sha256(n::text::bytea), '{0,1}', 1 + (n <= $3::int)::int, 3,
         jsonb_build_array(jsonb_build_object('id', gen_random_uuid(), 'number', 1, 'class_id', n % 10, 'source', 'import', 'bbox', '[10.25, 20, 30.5, 40]'::jsonb))
           || case when n <= $3::int then jsonb_build_array(jsonb_build_object('id', gen_random_uuid(), 'number', 2, 'class_id', 1, 'source', 'import', 'bbox', '[20, 20.125, 30.5, 40]'::jsonb)) else '[]' end,
         sha256(n::text::bytea)
       from generate_series(1, $2::int) as n`,
      [id, images, twice],
    );
  }
  await source.query('analyze dataset_images');
  await source.release();
  await database.destroy();
  return ids;
}

if (process.argv[1] === new URL(import.meta.url).pathname) console.table(await cocoExport({ quick: process.argv.includes('--quick') }));

// P12 of design/performance.md: annotations.json streamed from the database, its memory by the size of the dataset and its speed against query + stringify.
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const DIST = new URL('../../dist/', import.meta.url);
const CHILD = new URL('live-view-child.mjs', import.meta.url).pathname;
const run = promisify(execFile);
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Answers rows for the table of `npm run bench`. */
export async function liveView({ quick = false } = {}) {
  const { startPostgres } = await import(new URL('standalone/libs/local-services/src/index.js', DIST));
  const folder = await mkdtemp(join(tmpdir(), 'vision-bench-'));
  await chmod(folder, 0o711);
  const postgres = await startPostgres({ dataDirectory: join(folder, 'postgres') });
  try {
    return await measure(postgres.url, quick);
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(url, quick) {
  const sizes = { small: 10_000, compared: quick ? 20_000 : 100_000, large: quick ? 100_000 : 1_000_000 };
  const datasets = await fill(url, sizes);
  const read = async (way, id) => JSON.parse((await run(process.execPath, ['--max-old-space-size=6000', CHILD, way, url, id])).stdout);
  const times = { first: [], stream: [], stringify: [] };
  // Hash and counts are remembered by the first reading of a position; it is told apart.
  times.first.push((await read('stream', datasets.compared)).milliseconds);
  let base;
  for (let round = 0; round < (quick ? 3 : 5); round += 1) {
    for (const way of ['stream', 'stringify']) {
      const one = await read(way, datasets.compared);
      times[way].push(one.milliseconds);
      if (way === 'stringify') base = one;
    }
  }
  const [small, first] = [await read('stream', datasets.small), await read('stream', datasets.large)];
  const large = await read('stream', datasets.large);
  const count = (number) => number.toLocaleString('en');
  const [fast, slow] = [median(times.stream), median(times.stringify)];
  const rate = (one) => `${(one.bytes / 1e3 / one.milliseconds).toFixed(0)} MB/s`;
  return [
    { what: `P12 annotations.json of ${count(sizes.large)} images, highest memory`, this: `${Math.max(large.megabytes, first.megabytes).toFixed(0)} MB`, baseline: `${small.megabytes.toFixed(0)} MB`, 'baseline is': `${count(sizes.small)} images (goal: at most 1.3x)`, ratio: (Math.max(large.megabytes, first.megabytes) / small.megabytes).toFixed(2) },
    { what: `P12 annotations.json of ${count(sizes.compared)} images`, this: `${fast.toFixed(0)} ms`, baseline: `${slow.toFixed(0)} ms, ${base.megabytes.toFixed(0)} MB`, 'baseline is': 'query + stringify (goal: 2.5x faster)', ratio: (slow / fast).toFixed(2) },
    { what: `P12 the same, with hash and counts`, this: `${times.first[0].toFixed(0)} ms`, baseline: `${slow.toFixed(0)} ms`, 'baseline is': 'query + stringify, which has neither', ratio: (slow / times.first[0]).toFixed(2) },
    { what: `P12 ${count(sizes.large)} images, ${(large.bytes / 1e6).toFixed(0)} MB`, this: rate(large), baseline: rate(first), 'baseline is': 'the first reading, with hash and counts', ratio: (first.milliseconds / large.milliseconds).toFixed(2) },
  ];
}

/** Datasets of rows made by SQL, two boxes an image. */
async function fill(url, sizes) {
  const { migrated, dataSourceOptions } = await import(new URL('backend/apps/backend/src/platform/database/database.module.js', DIST));
  const database = await migrated(dataSourceOptions({ url, poolSize: 2 }));
  // One connection, for which a million rows in one statement may take their time.
  const source = database.createQueryRunner();
  await source.query('set statement_timeout = 0');
  const ids = {};
  for (const [name, images] of Object.entries(sizes)) {
    const id = `platform-bench-${randomUUID().slice(0, 8)}`;
    ids[name] = id;
    await source.query(
      `insert into datasets (id, name, task_type, multi_label, visibility, status, num_images, num_classes, num_labeled, splits, content_hash, content_hash_seq, next_image_number, created_by, created_at, updated_at, revision)
       values ($1, $1, 'object_detection', false, 'private', 'ready', $2, 10, $2, '{}', '', -1, $2 + 1, $3, now(), now(), 1)`,
      [id, images, randomUUID()],
    );
    await source.query(`insert into dataset_classes (dataset_id, class_id, name, color, position, image_count) select $1, n, 'class ' || n, '#000000', n, $2 from generate_series(0, 9) as n`, [id, images]);
    await source.query(
      `insert into dataset_images (dataset_id, number, file_name, width, height, depth, format, split, status, size_bytes, sha256, class_ids, object_count, next_object_number, objects, labels_digest)
       select $1, n, 'images/' || lpad(n::text, 7, '0') || '.jpg', 640, 480, 3, 'jpeg', 'train', 'labeled', 100000, sha256(n::text::bytea), '{0,1}', 2, 3,
         jsonb_build_array(jsonb_build_object('id', gen_random_uuid(), 'number', 1, 'class_id', 0, 'source', 'import', 'bbox', '[10.25, 20, 30.5, 40]'::jsonb), jsonb_build_object('id', gen_random_uuid(), 'number', 2, 'class_id', 1, 'source', 'import', 'bbox', '[20, 20.125, 30.5, 40]'::jsonb)),
         sha256(n::text::bytea)
       from generate_series(1, $2::int) as n`,
      [id, images],
    );
  }
  await source.query('analyze dataset_images');
  await source.release();
  await database.destroy();
  return ids;
}

if (process.argv[1] === new URL(import.meta.url).pathname) console.table(await liveView({ quick: process.argv.includes('--quick') }));

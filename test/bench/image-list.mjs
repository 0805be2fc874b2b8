// P13 and P14 of design/performance.md: pages of a dataset of a million images, in process. Needs `node scripts/build.mjs`.
//   node test/bench/image-list.mjs [--quick]
import 'reflect-metadata';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const quick = process.argv.includes('--quick');
const IMAGES = quick ? 100_000 : 1_000_000;
const ROUNDS = quick ? 5 : 9;
const backend = (path) => import(new URL(`../../dist/backend/${path}`, import.meta.url));
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

const { startNats, startObjectStore, startPostgres } = await import(new URL('../../dist/standalone/libs/local-services/src/index.js', import.meta.url));
const { BackendConfig } = await backend('apps/backend/src/config/backend-config.js');
const { createApp } = await backend('apps/backend/src/configure-app.js');
const { imagePageSql } = await backend('apps/backend/src/modules/dataset/infrastructure/image-page-sql.js');
const { Presigner } = await backend('libs/object-store/src/index.js');
const { default: pg } = await import('pg');
const { S3Client, GetObjectCommand } = await import('@aws-sdk/client-s3');
const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner');

const folder = await mkdtemp(join(tmpdir(), 'vision-bench-'));
await chmod(folder, 0o711);
const stops = [() => rm(folder, { recursive: true, force: true })];

async function milliseconds(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Medians of the works, run in turns so that a noisy neighbour meets all. */
async function inTurns(works) {
  const times = Object.fromEntries(Object.keys(works).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS + 1; round += 1) {
    for (const [name, work] of Object.entries(works)) {
      const took = await milliseconds(work);
      // The first one warms up.
      if (round > 0) times[name].push(took);
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]));
}

async function start() {
  const store = await startObjectStore({ dataDirectory: join(folder, 'store'), bucket: 'bench-bucket', credentials: [{ accessKeyId: 'bench', secretAccessKey: 'bench-secret-key-0123456789', mode: 'read-write' }] });
  stops.push(() => store.close());
  const postgres = await startPostgres({ dataDirectory: join(folder, 'postgres') });
  stops.push(() => postgres.stop());
  const nats = await startNats({ dataDirectory: join(folder, 'nats'), users: [{ name: 'bench', password: 'bench-password' }] });
  stops.push(() => nats.stop());
  const config = BackendConfig.read({
    ...{ NODE_ENV: 'test', DATABASE_URL: postgres.url, NATS_URL: nats.urlFor('bench'), S3_ENDPOINT: store.endpoint, S3_BUCKET: 'bench-bucket', S3_ACCESS_KEY_ID: 'bench', S3_SECRET_ACCESS_KEY: 'bench-secret-key-0123456789' },
    ...{ JWT_SECRET: 'jwt-secret-of-the-bench-0123456789abcdef', ADMIN_EMAIL: 'admin@vision.test', ADMIN_PASSWORD: 'a-long-first-password', LOG_LEVEL: 'silent' },
  });
  const app = await createApp(config, { logger: false });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  stops.push(() => app.close());
  const pool = new pg.Pool({ connectionString: postgres.url, max: 1 });
  stops.push(() => pool.end());
  return { app, pool, store };
}

async function main() {
  const { app, pool, store } = await start();
  const { fillDataset } = await fillModule();
  const send = async (method, url, body, token) => {
    const answer = await app.inject({ method, url: `/api/v1/${url}`, headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...(body === undefined ? {} : { 'content-type': 'application/json' }) }, ...(body === undefined ? {} : { payload: JSON.stringify(body) }) });
    if (answer.statusCode >= 300) throw new Error(`${method} ${url}: ${answer.statusCode} ${answer.body.slice(0, 300)}`);
    return answer;
  };
  const ask = async (...request) => (await send(...request)).json();
  const { access_token: token } = await ask('POST', 'auth/login', { email: 'admin@vision.test', password: 'a-long-first-password' });
  const { id } = await ask('POST', 'datasets/create', { name: 'bench', task_type: 'object_detection' }, token);
  process.stderr.write(`Filling ${IMAGES} rows ...\n`);
  await fillDataset(pool, id, IMAGES);
  await pool.query('vacuum analyze dataset_images, dataset_image_classes');

  const page = (cursor) => send('GET', `datasets/${id}/images?limit=200${cursor === null ? '' : `&cursor=${cursor}`}`, undefined, token);
  const cursorOf = (answer) => /"next_cursor":"([^"]+)"/.exec(answer.payload)[1];
  /** Reading the JSON is the client's work. */
  const fivePages = async () => {
    const pages = [];
    for (let count = 0, cursor = null; count < 5; count += 1) {
      const one = await page(cursor);
      pages.push(one);
      cursor = cursorOf(one);
    }
    return pages;
  };
  const itemsOf = (pages) => pages.flatMap((one) => one.json().items);
  /** A cursor far inside, found as a client does not: by the server's own codec. */
  const { CursorCodec } = await backend('apps/backend/src/platform/paging/cursor-codec.js');
  const userId = (await ask('GET', 'me', undefined, token)).id;
  const deep = Math.floor(IMAGES * 0.9);
  const deepCursor = app.get(CursorCodec).encode({ key: '', id: String(deep) }, ['images', userId, id, {}, false]);
  if ((await page(deepCursor)).json().items[0].id !== deep + 1) throw new Error('the deep cursor does not lead where it should');

  const rowsOnly = async () => {
    for (let count = 0; count < 5; count += 1) {
      const { text, parameters } = imagePageSql({ datasetId: id, filter: {}, after: count * 200, upTo: null, limit: 200 });
      await pool.query(text, parameters);
    }
  };
  const client = new S3Client({ region: 'auto', endpoint: store.endpoint, forcePathStyle: true, credentials: { accessKeyId: 'bench', secretAccessKey: 'bench-secret-key-0123456789' } });
  const numbers = itemsOf(await fivePages()).map((item) => String(item.id).padStart(6, '0'));
  const keys = numbers.flatMap((number) => [`images/${number}.jpg`, `thumbnails/${number}.webp`, `previews/${number}.webp`]).map((name) => `datasets/${id}/${name}`);
  const sdk = async () => {
    for (const Key of keys) await getSignedUrl(client, new GetObjectCommand({ Bucket: 'bench-bucket', Key }), { expiresIn: 3600 });
  };
  const { QueryBus } = await import('@nestjs/cqrs');
  const { ListImagesQuery } = await backend('apps/backend/src/modules/dataset/application/queries/list-images/list-images.query.js');
  const principal = { userId, email: 'admin@vision.test', isAdmin: true, credential: 'session', scopes: ['read', 'label', 'train', 'admin'] };
  const queries = app.get(QueryBus);
  /** Permission, rows and URLs, without HTTP and JSON. */
  const handler = async () => {
    for (let count = 0, after = 0; count < 5; count += 1) after = (await queries.execute(new ListImagesQuery(principal, id, {}, { after, limit: 200 }))).next;
  };
  const presigner = app.get(Presigner);
  const own = () => {
    for (const key of keys) presigner.presignGet(key);
  };
  const offset = () => pool.query('select number, file_name from dataset_images where dataset_id = $1 and removed_seq is null order by number offset $2 limit 200', [id, deep]);

  const [first, again] = [itemsOf(await fivePages()), itemsOf(await fivePages())];
  const equal = first.filter((item, index) => ['url', 'thumbnail_url', 'preview_url'].every((field) => item[field] !== null && item[field] === again[index][field])).length;
  const times = await inTurns({ api: () => fivePages(), rows: rowsOnly, handler, sdk, own, pageOne: () => page(null), pageDeep: () => page(deepCursor), offset });
  const ratio = (one, other) => (one / other).toFixed(2);
  console.table([
    { what: '1,000 items by five API pages, in process (3,000 URLs)', this: `${times.api.toFixed(1)} ms`, baseline: `${times.rows.toFixed(1)} ms`, 'baseline is': 'the same five statements only', ratio: `${ratio(times.api, times.rows)}x`, goal: '<= 5x' },
    { what: 'the same', this: `${times.api.toFixed(1)} ms`, baseline: `${times.sdk.toFixed(1)} ms`, 'baseline is': 'SDK getSignedUrl, the same 3,000 URLs', ratio: `${ratio(times.sdk, times.api)}x faster`, goal: '>= 35x' },
    { what: 'the same without HTTP and JSON', this: `${times.handler.toFixed(1)} ms`, baseline: `${times.rows.toFixed(1)} ms`, 'baseline is': 'the same five statements only', ratio: `${ratio(times.handler, times.rows)}x`, goal: '<= 5x' },
    { what: 'the same without HTTP and JSON', this: `${times.handler.toFixed(1)} ms`, baseline: `${times.sdk.toFixed(1)} ms`, 'baseline is': 'SDK getSignedUrl, the same 3,000 URLs', ratio: `${ratio(times.sdk, times.handler)}x faster`, goal: '>= 35x' },
    { what: 'signing alone, a URL', this: `${(times.own / 3).toFixed(2)} us`, baseline: `${(times.sdk / 3).toFixed(0)} us`, 'baseline is': 'SDK getSignedUrl', ratio: `${ratio(times.sdk, times.own)}x faster`, goal: '>= 50x' },
    { what: `page at position ${deep}`, this: `${times.pageDeep.toFixed(1)} ms`, baseline: `${times.pageOne.toFixed(1)} ms`, 'baseline is': 'page 1', ratio: `${ratio(times.pageDeep, times.pageOne)}x`, goal: '<= 1.5x' },
    { what: 'the same', this: `${times.pageDeep.toFixed(1)} ms`, baseline: `${times.offset.toFixed(1)} ms`, 'baseline is': `OFFSET ${deep}, rows only`, ratio: `${ratio(times.offset, times.pageDeep)}x faster`, goal: '' },
    { what: 'URLs identical inside a window', this: `${equal} of ${first.length}`, baseline: '', 'baseline is': '', ratio: '', goal: '100 %' },
  ]);
  client.destroy();
}

/** The rows are those of the tests: TypeScript, whose types are taken off here. */
async function fillModule() {
  const { default: ts } = await import('typescript');
  const { readFile } = await import('node:fs/promises');
  const source = await readFile(new URL('./fill-dataset.ts', import.meta.url), 'utf8');
  const { outputText } = ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 } });
  return import(`data:text/javascript,${encodeURIComponent(outputText)}`);
}

try {
  await main();
} finally {
  for (const stop of stops.reverse()) await stop();
}
process.exit(0);

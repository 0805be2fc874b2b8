import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { readMaskPixels } from '@app/dice-format';
import { S3ObjectStore } from '@app/object-store';
import { startStoreProxy, type StoreProxy } from '@app/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBackend, type BackendUnderTest } from './backend-under-test.js';
import { addImages } from './labels-under-test.js';
import { startOwnStore, type OwnStore } from './own-store.js';
import { People } from './people.js';

/** annotations.json and meta.json in the bucket, written behind the database by two backends on one store, whose every request is seen. */
let own: OwnStore;
let proxy: StoreProxy;
let store: S3ObjectStore;
let pool: pg.Pool;
const backends: BackendUnderTest[] = [];
let people: People;
let isAway = false;

interface View {
  readonly version: number;
  readonly content_hash: string;
  readonly images: readonly { readonly id: number; readonly annotations?: readonly unknown[]; readonly annotation?: { readonly mask_file: string } | null }[];
}

beforeAll(async () => {
  own = await startOwnStore();
  proxy = await startStoreProxy(Number(new URL(own.environment['S3_ENDPOINT'] ?? '').port));
  proxy.before = () => (isAway ? Promise.reject(new Error('away')) : undefined);
  const environment = { ...own.environment, S3_ENDPOINT: proxy.endpoint };
  const first = await startBackend(environment);
  backends.push(first, await startBackend({ ...environment, DATABASE_URL: first.databaseUrl }));
  store = new S3ObjectStore(own.options);
  pool = new pg.Pool({ connectionString: first.databaseUrl, max: 3 });
  people = new People(first);
  await people.logInAdmin();
});
afterAll(async () => {
  await pool?.end();
  for (const backend of backends.reverse()) await backend.close();
  store?.close();
  await proxy?.close();
  await own?.close();
});

async function datasetWith(images: number, taskType = 'object_detection'): Promise<string> {
  const id = await people.createDataset(people.admin, { task_type: taskType });
  await addImages(pool, id, images);
  return id;
}

const box = (x: number): unknown => ({ annotation: { class_id: 0, bbox: [x, 2, 3, 4] } });
async function label(id: string, image: number, revision: number, body: unknown = box(1)): Promise<void> {
  const answer = await people.call('PATCH', `datasets/${id}/annotations/${image}`, { token: people.admin, body, headers: { 'if-match': `"${revision}"` } });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
}

async function inBucket(id: string, name: 'annotations' | 'meta' = 'annotations'): Promise<View | null> {
  const key = `datasets/${id}/${name}.json`;
  if ((await store.head(key)) === null) return null;
  return JSON.parse(Buffer.from(await store.getBytes(key, 1_000_000)).toString()) as View;
}

/** Milliseconds until the bucket shows this version. */
async function untilShown(id: string, version: number, withinMilliseconds: number): Promise<number> {
  for (const began = Date.now(); ; await sleep(100)) {
    if ((await inBucket(id, 'meta'))?.version === version && (await inBucket(id))?.version === version) return Date.now() - began;
    if (Date.now() - began > withinMilliseconds) throw new Error(`version ${version} is not in the bucket after ${withinMilliseconds} ms`);
  }
}

const writesOf = (id: string): number => proxy.log.filter(({ method, path }) => method === 'PUT' && path.endsWith(`/datasets/${id}/annotations.json`)).length;

/** Edits without a pause until the bucket shows some of them: that takes 20 s by the design, so it goes on beside the other tests. */
async function editUntilShown(): Promise<{ readonly shown: number; readonly writes: number }> {
  const id = await datasetWith(1);
  await untilShown(id, 1, 9_000);
  const before = writesOf(id);
  let shown = 1;
  for (let [revision, end] = [1, Date.now() + 32_000]; Date.now() < end && shown === 1; revision += 1) {
    await label(id, 1, revision, { annotations: [{ class_id: 0, bbox: [revision % 90, 1, 2, 2] }] });
    await sleep(250);
    shown = (await inBucket(id))?.version ?? 1;
  }
  return { shown, writes: writesOf(id) - before };
}

describe('the live view', () => {
  let edited: Promise<{ readonly shown: number; readonly writes: number }>;
  beforeAll(() => {
    edited = editUntilShown();
    // Looked at below; until then it must not end the run.
    edited.catch(() => undefined);
  });

  it('is streamed current to the last commit, with the bytes that its meta.json is of', async () => {
    const id = await datasetWith(3);
    await label(id, 2, 1);
    const [annotations, meta] = await Promise.all([people.call<View>('GET', `datasets/${id}/annotations.json`, { token: people.admin }), people.call<View>('GET', `datasets/${id}/meta.json`, { token: people.admin })]);
    expect(annotations.headers.get('content-type')).toContain('application/json');
    expect(annotations.body.images.map((one) => one.annotations?.length)).toEqual([0, 1, 0]);
    expect(meta.body).toMatchObject({ content_hash: annotations.body.content_hash, total_images: 3, labeled_images: 1, num_classes: 1, version: 2 });
    expect((await people.call('GET', 'datasets/platform-none-00000000/annotations.json', { token: people.admin })).status).toBe(404);
  });

  it('lets go of the database when its reader leaves in the middle', async () => {
    const id = await datasetWith(60_000);
    // More than may be open at once.
    for (let round = 0; round < 9; round += 1) {
      await new Promise<void>((resolve, reject) => {
        const asked = get(`${backends[0]?.url}/api/v1/datasets/${id}/annotations.json`, { agent: false, headers: { authorization: `Bearer ${people.admin}` } }, (answer) => {
          expect(answer.statusCode).toBe(200);
          answer.once('data', () => {
            answer.destroy();
            resolve();
          });
        });
        asked.once('error', reject);
      });
      await sleep(100);
    }
    const held = async (): Promise<number> => (await pool.query<{ held: number }>(`select count(*)::int as held from pg_stat_activity where datname = current_database() and query like 'copy%' and state = 'active'`)).rows[0]?.held ?? -1;
    for (const deadline = Date.now() + 10_000; (await held()) > 0; await sleep(100)) expect(Date.now()).toBeLessThan(deadline);
  });

  it('lies in the bucket soon after the last of some edits, once, whoever of two backends writes it', async () => {
    const id = await datasetWith(4);
    for (let image = 1; image <= 4; image += 1) await label(id, image, 1);
    // 5 s of quiet by the design, and slack for a machine that is busy.
    await untilShown(id, 5, 9_000);
    expect((await inBucket(id))?.images.map((one) => one.annotations?.length)).toEqual([1, 1, 1, 1]);
    await sleep(3_000);
    expect(writesOf(id)).toBeLessThanOrEqual(2);
  });

  it('has the masks of semantic images beside it, and takes them away with the labels', async () => {
    const id = await datasetWith(2, 'semantic_segmentation');
    // 8,000 pixels: 10 of the background, 90 of the class, the rest of the background.
    await label(id, 1, 1, { annotation: { mask: { size: [80, 100], classes: [{ class_id: 0, counts: ':j2lf7' }] } } });
    await untilShown(id, 2, 9_000);
    expect((await inBucket(id))?.images.map((one) => one.annotation?.mask_file ?? null)).toEqual(['masks/000001.png', null]);
    const mask = readMaskPixels(await store.getBytes(`datasets/${id}/masks/000001.png`, 100_000));
    expect(mask).toMatchObject({ width: 100, height: 80 });
    expect(typeof mask === 'string' ? 0 : mask.pixels.reduce((sum, value) => sum + value, 0)).toBe(90);
    await label(id, 1, 2, { annotation: null });
    await untilShown(id, 3, 9_000);
    expect(await store.head(`datasets/${id}/masks/000001.png`)).toBeNull();
  });

  it('follows while people edit all the time, and is not written for each edit', async () => {
    const { shown, writes } = await edited;
    expect(shown).toBeGreaterThan(1);
    expect(writes).toBe(1);
  }, 60_000);

  it('is there after the store was away, and after a writer died', async () => {
    const id = await datasetWith(2);
    isAway = true;
    await label(id, 1, 1);
    await sleep(5_000);
    expect(await inBucket(id)).toBeNull();
    isAway = false;
    await untilShown(id, 2, 20_000);
    // Somebody claimed it and was killed: the claim ends by itself.
    await pool.query(`update datasets set view_claimed_until = clock_timestamp() + interval '4 seconds' where id = $1`, [id]);
    await label(id, 2, 1);
    await sleep(3_000);
    expect((await inBucket(id))?.version).toBe(2);
    await untilShown(id, 3, 9_000);
  }, 60_000);
});

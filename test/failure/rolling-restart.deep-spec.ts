import { existsSync } from 'node:fs';
import pg from 'pg';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addImages } from '../contract/labels-under-test.js';
import { ApiClient, type Answer } from '../e2e/api-client.js';
import { startProduct, type Product } from '../e2e/harness.js';
import { mnistZip } from '../e2e/mnist-zip.js';
import { BackendReplica, type Departure } from './backend-replica.js';
import { startBalancer, type Balancer } from './balancer.js';
import { WorkerProcess } from './worker-processes.js';

/**
 * A new version is rolled out while people work: three replicas behind a balancer and three workers, each stopped and started in turn. Nobody sees more than
 * 503 with a time to come back, no edit is lost, and every job ends.
 */
const EDITORS = 8;
const ROUNDS = 2;
/** As the manifests have it. */
const NOTICE_SECONDS = 5;
/** What the manifests grant a backend and a worker between SIGTERM and SIGKILL. */
const BACKEND_GRACE_MILLISECONDS = 30_000;
const WORKER_GRACE_MILLISECONDS = 60_000;

let product: Product;
let pool: pg.Pool;
let replicas: BackendReplica[] = [];
let workers: WorkerProcess[] = [];
let balancer: Balancer;
let api: ApiClient;

const rest = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

beforeAll(async () => {
  product = await startProduct({ environment: { POOL: 'idle', TRAINING_CLAIM_SECONDS: '2' } });
  pool = new pg.Pool({ connectionString: product.database_url, max: 2 });
  replicas = [1, 2, 3].map(() => new BackendReplica(product, { SHUTDOWN_NOTICE_SECONDS: String(NOTICE_SECONDS), IMAGE_WORKERS: '0', DATABASE_POOL_SIZE: '5' }));
  workers = ['one', 'two', 'three'].map((id) => new WorkerProcess(product, id));
  for (const part of [...replicas, ...workers]) await part.start();
  balancer = await startBalancer(replicas.map((one) => one.url));
  api = await ApiClient.logIn({ url: balancer.url, admin: product.admin });
});
afterAll(async () => {
  await balancer?.close();
  for (const worker of workers) await worker.stop();
  for (const replica of replicas) await replica.leave();
  await pool?.end();
  await product?.stop();
});

/** Whoever works through the balancer until it is over; 503 is waited for as it says, and anything else that was not hoped for is written down. */
class Crowd {
  readonly failures: string[] = [];
  requests = 0;
  refused = 0;
  isOver = false;

  async ask<T>(hoped: number, send: () => Promise<Answer<T>>): Promise<Answer<T> | null> {
    for (;;) {
      this.requests += 1;
      const answer = await send().catch((error: unknown) => String(error));
      if (typeof answer !== 'string' && answer.status === hoped) return answer;
      if (typeof answer === 'string' || answer.status !== 503 || answer.headers.get('retry-after') === null) {
        this.failures.push(typeof answer === 'string' ? answer : `${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`);
        return null;
      }
      this.refused += 1;
      await rest(Number(answer.headers.get('retry-after')) * 1000);
    }
  }
}

/** Moves one box of one image again and again. Answers the last place that was acknowledged, and how often. */
async function edit(crowd: Crowd, path: string): Promise<{ readonly path: string; readonly x: number; readonly revision: number }> {
  const id = '0192d1a0-0000-4000-8000-000000000001';
  let [x, revision] = [0, 1];
  while (!crowd.isOver) {
    const next = (x % 60) + 1;
    const body = { changes: [{ id, after: { class_id: 0, bbox: [next, 1, 20, 20] } }] };
    const answer = await crowd.ask(200, () => api.call<{ revision: number }>('PATCH', path, body, { 'if-match': `"${revision}"` }));
    if (answer === null) break;
    [x, revision] = [next, answer.body.revision];
    await rest(20);
  }
  return { path, x, revision };
}

async function read(crowd: Crowd, path: string): Promise<void> {
  while (!crowd.isOver) {
    await crowd.ask(200, () => api.call('GET', path));
    await rest(50);
  }
}

/** Adds one image after another, through the API as a client without access to the store does. */
async function add(crowd: Crowd, datasetId: string): Promise<number> {
  let added = 0;
  for (; !crowd.isOver; added += 1) {
    const bytes = await sharp({ create: { width: 40, height: 30, channels: 3, background: { r: added % 256, g: added >> 8, b: 7 } } }).png().toBuffer();
    const send = async (): Promise<Answer> => {
      const form = new FormData();
      form.append('file', new Blob([new Uint8Array(bytes)], { type: 'image/png' }), `added-${added}.png`);
      const answer = await fetch(`${api.url}/api/v1/datasets/${datasetId}/images`, { method: 'POST', headers: { authorization: `Bearer ${api.token}` }, body: form });
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown>, headers: answer.headers };
    };
    if ((await crowd.ask(200, send)) === null) break;
    await rest(100);
  }
  return added;
}

describe.runIf(existsSync('/proc'))('a rolling restart', () => {
  it('under load: no request fails but with 503 and a time to come back, no edit is lost, and every job ends', async () => {
    const boxes = await api.call<{ id: string }>('POST', 'datasets/create', { name: 'Boxes', task_type: 'object_detection', classes: [{ name: 'thing' }] });
    await addImages(pool, boxes.body.id, EDITORS);
    const photos = await api.call<{ id: string }>('POST', 'datasets/create', { name: 'Photos', task_type: 'object_detection', classes: [{ name: 'thing' }] });
    const digits = (await api.upload(await mnistZip({ train: 240, val: 60 }), { name: 'Digits' })).body.id;

    const crowd = new Crowd();
    const editing = Array.from({ length: EDITORS }, (_, index) => edit(crowd, `datasets/${boxes.body.id}/annotations/${index + 1}`));
    const reading = [read(crowd, 'datasets'), read(crowd, `datasets/${boxes.body.id}/images`)];
    const adding = add(crowd, photos.body.id);
    const jobs = await Promise.all([3, 4, 5, 6].map(async (seed) => (await api.start(digits, { epochs: 6, batch_size: 16, seed, image_size: 28 })).id));

    const departures: Departure[] = [];
    const farewells: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [index, replica] of replicas.entries()) {
        departures.push(await replica.leave());
        const worker = workers[index];
        const began = Date.now();
        await worker?.stop();
        farewells.push(Date.now() - began);
        await replica.start();
        await worker?.start();
        await rest(1_000);
      }
    }
    crowd.isOver = true;
    const [edits, added] = [await Promise.all(editing), await adding];
    await Promise.all(reading);

    expect(balancer.broken).toEqual([]);
    expect(crowd.failures).toEqual([]);
    expect(departures.map((one) => one.code)).toEqual(departures.map(() => 0));
    expect(Math.max(...departures.map((one) => one.milliseconds))).toBeLessThan(BACKEND_GRACE_MILLISECONDS);
    expect(Math.min(...departures.map((one) => one.milliseconds)), 'nobody was told before').toBeGreaterThanOrEqual(NOTICE_SECONDS * 1000);
    expect(Math.max(...farewells)).toBeLessThan(WORKER_GRACE_MILLISECONDS);
    for (const { path, x, revision } of edits) {
      expect(revision, 'nothing was done').toBeGreaterThan(10);
      const { body } = await api.call<{ revision: number; annotations: { bbox: number[] }[] }>('GET', path);
      expect([body.revision, body.annotations[0]?.bbox[0]]).toEqual([revision, x]);
    }
    expect(added).toBeGreaterThan(0);
    expect((await pool.query<{ count: number }>('select count(*)::int as count from dataset_images where dataset_id = $1', [photos.body.id])).rows[0]?.count).toBe(added);
    expect(Math.min(...balancer.answered.values()), 'one replica did nothing').toBeGreaterThan(0);
    const ended = await Promise.all(jobs.map((id) => api.untilEnded(id, 180_000)));
    expect(ended.map((job) => job.state)).toEqual(jobs.map(() => 'completed'));
    process.stdout.write(`rolling restart: ${crowd.requests} requests, ${crowd.refused} told to come back; a backend left in ${departures.map((one) => one.milliseconds).join(', ')} ms, a worker in ${farewells.join(', ')} ms; attempts ${ended.map((job) => job.attempt).join(', ')}\n`);
  }, 600_000);
});

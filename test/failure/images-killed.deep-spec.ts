import { existsSync, readFileSync } from 'node:fs';
import { encodePng } from '@app/dice-format';
import { S3ObjectStore } from '@app/object-store';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imageFaults, imageOrphans, sha256 } from '../contract/image-faults.js';
import { ApiClient } from '../e2e/api-client.js';
import { startProduct, type Product } from '../e2e/harness.js';

/** The backend killed with -9 while images come in, by form and by presigned PUT: every acknowledged one is there, once, and none is half (I1, I2, I3). */
let product: Product;
let api: ApiClient;
let pool: pg.Pool;
let store: S3ObjectStore;

interface Result {
  readonly status: string;
  readonly image_id: number | null;
}

const png = (seed: number): Buffer => {
  const pixels = Buffer.alloc(60 * 40 * 3, seed % 251);
  pixels.writeUInt32BE(seed, 0);
  return Buffer.from(encodePng(pixels, { width: 60, height: 40, channels: 3 }));
};

/** Children of the launcher that are the backend. */
function backends(): number[] {
  const children = readFileSync(`/proc/${product.process.pid}/task/${product.process.pid}/children`, 'utf8').trim().split(' ').map(Number);
  return children.filter((pid) => existsSync(`/proc/${pid}/cmdline`) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('dist/backend'));
}

const KILLS = 4;
let killed = 0;

async function killSometimes(isDone: () => boolean): Promise<void> {
  while (!isDone() && killed < KILLS) {
    await new Promise((resolve) => setTimeout(resolve, 400 + Math.random() * 900));
    if (isDone()) return;
    const found = backends();
    for (const pid of found) process.kill(pid, 'SIGKILL');
    killed += found.length;
    await expect.poll(() => api.call('GET', 'health/ready').then((answer) => answer.status, () => 0), { timeout: 60_000, interval: 100 }).toBe(200);
  }
}

/** Until it is answered, as a client with patience. */
async function insist<T>(work: () => Promise<T | null>): Promise<T> {
  for (;;) {
    const result = await work().catch(() => null);
    if (result !== null) return result;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}

async function lanes(count: number, atOnce: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  let done = false;
  killed = 0;
  const killer = killSometimes(() => done);
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (let index = next++; index < count; index = next++) await work(index);
  }));
  done = true;
  await killer;
}

async function newDataset(): Promise<string> {
  return (await api.call<{ id: string }>('POST', 'datasets/create', { name: 'killed', task_type: 'image_classification' })).body.id;
}

// One each: the launcher gives up a backend that ends six times in a row.
beforeEach(async () => {
  product = await startProduct();
  api = await ApiClient.logIn(product);
  pool = new pg.Pool({ connectionString: product.database_url, max: 2 });
  const { endpoint, bucket, access_key_id: accessKeyId, secret_access_key: secretAccessKey } = product.store;
  store = new S3ObjectStore({ endpoint, region: 'auto', bucket, accessKeyId, secretAccessKey });
});
afterEach(async () => {
  await pool?.end();
  store?.close();
  await product?.stop();
});

describe.runIf(existsSync('/proc'))('a backend that is killed', () => {
  it('in the middle of forms has every image that it told of, and every other one once', async () => {
    const id = await newDataset();
    const acknowledged = new Map<number, Result>();
    await lanes(400, 6, async (index) => {
      const result = await insist(async () => {
        const form = new FormData();
        form.append('file', new Blob([png(index) as Uint8Array<ArrayBuffer>]), `${index}.png`);
        const answer = await fetch(`${api.url}/api/v1/datasets/${id}/images`, { method: 'POST', headers: { authorization: `Bearer ${api.token}` }, body: form });
        return answer.status === 200 ? (((await answer.json()) as { results: Result[] }).results[0] ?? null) : null;
      });
      acknowledged.set(index, result);
    });
    expect(killed).toBeGreaterThan(0);
    const rows = (await pool.query<{ number: number; sha256: string }>(`select number, encode(sha256, 'hex') as sha256 from dataset_images where dataset_id = $1`, [id])).rows;
    expect(rows).toHaveLength(400);
    const numbers = new Map(rows.map((row) => [row.sha256, row.number]));
    for (const [index, result] of acknowledged) expect(numbers.get(sha256(png(index))), JSON.stringify(result)).toBe(result.image_id);
    await onlyOrphans(id);
  });

  it('in the middle of complete gives each file one image and one answer', async () => {
    const id = await newDataset();
    const batches = await Promise.all(Array.from({ length: 12 }, async (_, batch) => {
      const files = Array.from({ length: 40 }, (_unused, index) => png(100_000 + batch * 1_000 + index));
      const announced = await api.call<{ files: { id: string; put: { url: string; headers: Record<string, string> } }[] }>('POST', `datasets/${id}/images/uploads`, {
        files: files.map((bytes, index) => ({ file_name: `${index}.png`, content_type: 'image/png', size_bytes: bytes.length, sha256: sha256(bytes) })),
      });
      for (const [index, one] of announced.body.files.entries()) {
        const { 'content-length': _length, ...headers } = one.put.headers;
        expect((await fetch(one.put.url, { method: 'PUT', headers, body: new Uint8Array(files[index] ?? []) })).status).toBe(200);
      }
      return announced.body.files.map((one) => one.id);
    }));
    const told = new Map<string, string>();
    const complete = async (ids: readonly string[]): Promise<void> => {
      const results = await insist(async () => {
        const answer = await api.call<{ results: (Result & { id: string })[] }>('POST', `datasets/${id}/images/uploads/complete`, { ids });
        return answer.status === 200 ? answer.body.results : null;
      });
      for (const one of results) {
        expect(one.status).toBe('stored');
        const before = told.get(one.id) ?? `${one.image_id}`;
        expect(`${one.image_id}`).toBe(before);
        told.set(one.id, before);
      }
    };
    // Each batch twice: a repeat gets the same.
    await lanes(24, 4, (index) => complete(batches[index % 12] ?? []));
    expect(killed).toBeGreaterThan(0);
    expect(new Set(told.values()).size).toBe(480);
    expect((await pool.query('select 1 from dataset_images where dataset_id = $1', [id])).rowCount).toBe(480);
    await onlyOrphans(id);
  });
});

/** What a kill leaves is an object that no row knows, a few of those that were on their way; rows and counters are whole. */
async function onlyOrphans(id: string): Promise<void> {
  const orphans = await imageOrphans(pool, store, id);
  process.stdout.write(`${killed} kills left ${orphans.length} object(s) for the sweeper\n`);
  expect(orphans.length).toBeLessThanOrEqual(killed * 4 * 40);
  expect((await imageFaults(pool, store, id)).filter((fault) => !fault.endsWith("is no image's"))).toEqual([]);
  expect(await store.abortStaleUploads(`datasets/${id}/`, new Date(Date.now() + 60_000))).toBe(0);
}

import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3ObjectStore } from '@app/object-store';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { differences } from '../contract/differences.js';
import { ApiClient } from '../e2e/api-client.js';
import { startProduct, type Product } from '../e2e/harness.js';
import { descendantsOf } from '../e2e/process-tree.js';

/** The backend killed with -9 while it restores a version: the dataset is that version, or what it was before. Nothing in between is ever seen. */
const BACKEND = 'dist/backend/apps/backend/src/main.js';
/** More than one batch of a restore. */
const IMAGES = 300;
const POINTS = ['restore-removed', 'restore-batch', 'restore-done'];
const MOMENTS = [10, 40, 120];
const EDITED = 40;

let failpoints: string;
let product: Product;
let api: ApiClient;
let store: S3ObjectStore;
let id = '';
let changes = 0;

const picture = (seed: number): Promise<Buffer> => sharp({ create: { width: 24, height: 24, channels: 3, background: { r: seed % 256, g: Math.floor(seed / 256), b: 77 } } }).png().toBuffer();

/** `variant` 0: new ones; else other bytes for those that are there. */
async function addImages(from: number, to: number, variant: number): Promise<void> {
  for (let at = from; at <= to; at += 50) {
    const form = new FormData();
    if (variant > 0) form.append('on_conflict', 'replace');
    for (let number = at; number <= Math.min(to, at + 49); number += 1) form.append('file', new Blob([new Uint8Array(await picture(number + variant * 10_000))], { type: 'image/png' }), `${number}.png`);
    const added = await fetch(`${product.url}/api/v1/datasets/${id}/images`, { method: 'POST', headers: { authorization: `Bearer ${api.token}` }, body: form });
    expect(added.status, await added.clone().text()).toBe(200);
  }
}

beforeAll(async () => {
  failpoints = await mkdtemp(join(tmpdir(), 'vision-failpoints-'));
  product = await startProduct({ environment: { NODE_ENV: 'test', FAILPOINTS_DIRECTORY: failpoints } });
  api = await ApiClient.logIn(product);
  const { endpoint, bucket, access_key_id: accessKeyId, secret_access_key: secretAccessKey } = product.store;
  store = new S3ObjectStore({ endpoint, region: 'auto', bucket, accessKeyId, secretAccessKey });
  id = (await api.call<{ id: string }>('POST', 'datasets/create', { name: 'restored', task_type: 'object_detection', classes: [{ name: 'a' }, { name: 'b' }] })).body.id;
  await addImages(1, IMAGES, 0);
  await api.call('POST', `datasets/${id}/snapshots`, {});
  await change();
}, 240_000);
afterAll(async () => {
  store?.close();
  await product?.stop();
  await rm(failpoints, { recursive: true, force: true });
});

/** Labels, sides, removed ones and other files. */
async function change(): Promise<void> {
  for (let number = 1; number <= EDITED; number += 1) {
    const { revision } = (await api.call<{ revision: number }>('GET', `datasets/${id}/annotations/${number}`)).body;
    expect((await api.call('PATCH', `datasets/${id}/annotations/${number}`, { annotation: { class_id: 1, bbox: [1, 1, 5, 5] } }, { 'if-match': `"${revision}"` })).status).toBe(200);
  }
  const ids = Array.from({ length: IMAGES }, (_, index) => index + 1);
  expect((await api.call('POST', `datasets/${id}/images/bulk`, { ids, action: 'split', split: 'val' })).status).toBe(200);
  expect((await api.call('POST', `datasets/${id}/images/bulk`, { ids: ids.slice(-20), action: 'delete' })).status).toBe(200);
  changes += 1;
  await addImages(100, 120, changes);
}

/** The backend comes again some seconds after it was killed. */
async function insist<T>(work: () => Promise<T | null>): Promise<T> {
  for (const deadline = Date.now() + 120_000; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const result = await work().catch(() => null);
    if (result !== null) return result;
  }
  throw new Error(`not in time\n${product.output().slice(-3000)}`);
}

/** Of everything that a version is of. */
async function contentHash(): Promise<string> {
  return insist(async () => {
    const answer = await api.call<{ content_hash?: string }>('GET', `datasets/${id}/annotations.json`);
    return answer.body.content_hash ?? null;
  });
}

const restore = (version: number): Promise<number> => api.call('POST', `datasets/${id}/snapshots/${version}/restore`).then(({ status }) => status, () => 0);

/** Before and after of a restore of the first version that the backend did not live through; the next one then takes it back, for another try. */
async function killed(kill: () => Promise<void>): Promise<void> {
  const before = await contentHash();
  const answered = restore(1);
  await kill();
  await answered;
  const now = await contentHash();
  const wanted = await insist(async () => ((await restore(1)) === 200 ? contentHash() : null));
  expect([before, wanted]).toContain(now);
  expect(wanted).not.toBe(before);
  await change();
}

/** The launcher gives a backend up that crashes again and again within 20 seconds of its start: each one lives longer than that. */
const LONG_ENOUGH_MILLISECONDS = 21_000;
beforeEach(() => new Promise<void>((resolve) => setTimeout(resolve, LONG_ENOUGH_MILLISECONDS)), 30_000);

describe.runIf(existsSync('/proc'))('a backend killed while it restores a version', () => {
  it.each(POINTS)('has changed nothing, killed at %s', async (point) => {
    await writeFile(join(failpoints, point), 'kill');
    const before = await contentHash();
    await restore(1);
    await insist(async () => ((await readdir(failpoints)).length === 0 ? true : null));
    expect(await contentHash()).toBe(before);
  }, 200_000);

  it.each(MOMENTS)('has changed all or nothing, killed after %i ms', async (milliseconds) => {
    await killed(async () => {
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      for (const pid of descendantsOf(product.process.pid ?? 0, BACKEND)) process.kill(pid, 'SIGKILL');
    });
  }, 200_000);

  it('left nothing that differs', async () => {
    expect(await differences({ databaseUrl: product.database_url, store })).toEqual([]);
  }, 200_000);
});

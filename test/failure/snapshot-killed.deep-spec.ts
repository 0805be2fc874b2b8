import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { objectKeys, S3ObjectStore } from '@app/object-store';
import AdmZip from 'adm-zip';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { differences } from '../contract/differences.js';
import { ApiClient } from '../e2e/api-client.js';
import { startProduct, type Product } from '../e2e/harness.js';
import { descendantsOf } from '../e2e/process-tree.js';

/** The backend killed with -9 while it makes a version, at each of its steps and at moments of no one's choice (F-15): one version, whole or not there. */
const BACKEND = 'dist/backend/apps/backend/src/main.js';
const IMAGES = 14;
const POINTS = ['snapshot-recorded', 'snapshot-extend', 'snapshot-images-streamed', 'snapshot-zip-stored', 'snapshot-manifest-stored', 'snapshot-completed'];
const MOMENTS = [5, 20, 60, 150];

interface Version {
  readonly version: number;
  readonly sha256: string | null;
  readonly size_bytes: number | null;
  readonly zip: { readonly state: string; readonly bytes_copied: number | null };
}

let failpoints: string;
let product: Product;
let api: ApiClient;
let store: S3ObjectStore;
let dataset = '';
let revision = 1;

beforeAll(async () => {
  failpoints = await mkdtemp(join(tmpdir(), 'vision-failpoints-'));
  product = await startProduct({ environment: { NODE_ENV: 'test', FAILPOINTS_DIRECTORY: failpoints } });
  api = await ApiClient.logIn(product);
  const { endpoint, bucket, access_key_id: accessKeyId, secret_access_key: secretAccessKey } = product.store;
  store = new S3ObjectStore({ endpoint, region: 'auto', bucket, accessKeyId, secretAccessKey });
  dataset = (await api.call<{ id: string }>('POST', 'datasets/create', { name: 'killed', task_type: 'object_detection', classes: [{ name: 'a' }] })).body.id;
  const form = new FormData();
  for (let number = 1; number <= IMAGES; number += 1) {
    const bytes = await sharp(randomBytes(400 * 400 * 3), { raw: { width: 400, height: 400, channels: 3 } }).png().toBuffer();
    form.append('file', new Blob([new Uint8Array(bytes)], { type: 'image/png' }), `${number}.png`);
  }
  const added = await fetch(`${product.url}/api/v1/datasets/${dataset}/images`, { method: 'POST', headers: { authorization: `Bearer ${api.token}` }, body: form });
  expect(added.status, await added.clone().text()).toBe(200);
});
afterAll(async () => {
  store?.close();
  await product?.stop();
  await rm(failpoints, { recursive: true, force: true });
});

async function insist<T>(work: () => Promise<T | null>): Promise<T> {
  for (const deadline = Date.now() + 120_000; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const result = await work().catch(() => null);
    if (result !== null) return result;
  }
  throw new Error(`not in time\n${product.output().slice(-3000)}`);
}

async function edited(): Promise<void> {
  const body = { annotation: { class_id: 0, bbox: [revision, 1, 5, 5] } };
  await insist(async () => {
    const answer = await api.call('PATCH', `datasets/${dataset}/annotations/1`, body, { 'if-match': `"${revision}"` });
    return answer.status === 200 ? answer : null;
  });
  revision += 1;
}

/** Makes the next version and waits for its zip; until it is ready, there is no zip in the store or the whole one. */
async function nextVersion(): Promise<{ readonly version: Version; readonly sizes: ReadonlySet<number> }> {
  const made = await insist(async () => {
    const answer = await api.call<Version>('POST', `datasets/${dataset}/snapshots`, { zip: true });
    return answer.status < 300 ? answer.body : null;
  });
  const sizes = new Set<number>();
  const version = await insist(async () => {
    const head = await store.head(objectKeys.snapshotZip(dataset, made.version));
    if (head !== null) sizes.add(head.sizeBytes);
    const { body } = await api.call<Version>('GET', `datasets/${dataset}/snapshots/${made.version}`);
    return body.zip.state === 'ready' ? body : null;
  });
  return { version, sizes };
}

async function assertWhole({ version, sizes }: { readonly version: Version; readonly sizes: ReadonlySet<number> }): Promise<void> {
  const bytes = Buffer.from(await store.getBytes(objectKeys.snapshotZip(dataset, version.version), 20_000_000));
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(version.sha256);
  expect([...sizes].filter((size) => size !== version.size_bytes)).toEqual([]);
  expect(new AdmZip(bytes).test()).toBe(true);
  const manifest = JSON.parse(gunzipSync(await store.getBytes(objectKeys.snapshotManifest(dataset, version.version), 1_000_000)).toString()) as { zip: { sha256: string }; entries: unknown[] };
  expect([manifest.zip.sha256, manifest.entries.length]).toEqual([version.sha256, IMAGES]);
  const latest = await insist(async () => {
    const read = JSON.parse(Buffer.from(await store.getBytes(objectKeys.latestSnapshot(dataset), 1_000)).toString()) as { version: number };
    return read.version === version.version ? read : null;
  });
  expect(latest.version).toBe(version.version);
  expect(await store.abortStaleUploads('datasets/', new Date(Date.now() + 60_000)), 'open uploads').toBe(0);
}

/** The launcher gives a backend up that crashes again and again within 20 seconds of its start: each one lives longer than that. */
const LONG_ENOUGH_MILLISECONDS = 21_000;
beforeEach(() => new Promise<void>((resolve) => setTimeout(resolve, LONG_ENOUGH_MILLISECONDS)), 30_000);

describe.runIf(existsSync('/proc'))('a backend killed while it makes a version', () => {
  it('makes the first one, killed while it writes it whole', async () => {
    await writeFile(join(failpoints, 'snapshot-write'), 'kill');
    await assertWhole(await nextVersion());
    expect(await readdir(failpoints)).toEqual([]);
  }, 200_000);

  it.each(POINTS)('makes the next one, killed at %s', async (point) => {
    await edited();
    await writeFile(join(failpoints, point), 'kill');
    const made = await nextVersion();
    expect(made.version.zip.bytes_copied).toBeGreaterThan(5_000_000);
    await insist(async () => ((await readdir(failpoints)).length === 0 ? true : null));
    await insist(async () => ((await fetch(`${product.url}/api/v1/health/ready`)).status === 200 ? true : null));
    await assertWhole(made);
  }, 200_000);

  it.each(MOMENTS)('makes the next one, killed after %i ms', async (milliseconds) => {
    await edited();
    setTimeout(() => {
      for (const pid of descendantsOf(product.process.pid ?? 0, BACKEND)) process.kill(pid, 'SIGKILL');
    }, milliseconds);
    await assertWhole(await nextVersion());
  }, 200_000);

  it('made one version an edit, and none twice', async () => {
    const { body } = await api.call<{ items: Version[] }>('GET', `datasets/${dataset}/snapshots`);
    expect(body.items.map((one) => one.version)).toEqual(Array.from({ length: revision }, (_, index) => revision - index));
  });

  it('left nothing that differs', async () => {
    expect(await differences({ databaseUrl: product.database_url, store })).toEqual([]);
  }, 200_000);
});

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { S3ObjectStore } from '@app/object-store';
import pg from 'pg';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient } from '../e2e/api-client.js';
import { startProduct, type Product } from '../e2e/harness.js';
import { diceZip } from '../e2e/mnist-zip.js';
import { descendantsOf, isAlive } from '../e2e/process-tree.js';

const IMAGES = 1_500;
const BACKEND = 'dist/backend/apps/backend/src/main.js';
const CHILD = 'image-child.main.js';

let product: Product;
let api: ApiClient;
let store: S3ObjectStore;
let database: pg.Client;

beforeAll(async () => {
  product = await startProduct();
  api = await ApiClient.logIn(product);
  const { endpoint, bucket, access_key_id: accessKeyId, secret_access_key: secretAccessKey } = product.store;
  store = new S3ObjectStore({ endpoint, region: 'auto', bucket, accessKeyId, secretAccessKey });
  database = new pg.Client({ connectionString: product.database_url });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  store.close();
  await product.stop();
});

async function packageZip(): Promise<Buffer> {
  const files: { name: string; bytes: Buffer }[] = [];
  const images: unknown[] = [];
  for (let index = 0; index < IMAGES; index += 1) {
    const label = index % 2;
    const noise = createHash('shake256', { outputLength: 12 * 12 * 3 }).update(`${index}`).digest();
    const bytes = await sharp(noise, { raw: { width: 12, height: 12, channels: 3 } }).linear(0.3, label === 0 ? 0 : 170).resize(96, 96).jpeg().toBuffer();
    const name = `images/${String(index + 1).padStart(6, '0')}.jpg`;
    files.push({ name, bytes });
    images.push({ id: index + 1, file_name: name, width: 96, height: 96, split: index % 5 === 0 ? 'val' : 'train', annotation: { class_id: label, class_name: label === 0 ? 'dark' : 'light' }, metadata: { status: 'labeled' } });
  }
  return diceZip({ name: 'Killed', taskType: 'image_classification', classes: ['dark', 'light'], images, files });
}

async function count(sql: string, datasetId: string): Promise<number> {
  return (await database.query<{ count: number }>(`select count(*)::int as count from ${sql}`, [datasetId])).rows[0]?.count ?? 0;
}

async function eventually(what: string, holds: () => Promise<boolean>, milliseconds = 150_000): Promise<void> {
  for (const deadline = Date.now() + milliseconds; !(await holds().catch(() => false)); await new Promise((resolve) => setTimeout(resolve, 20))) {
    if (Date.now() > deadline) throw new Error(`not in time: ${what}\n${product.output().slice(-2000)}`);
  }
}

/** Ends the backend as a power cut does. Answers the children that it had. */
function killBackend(): number[] {
  const children = descendantsOf(product.process.pid ?? 0, CHILD);
  const backends = descendantsOf(product.process.pid ?? 0, BACKEND);
  expect(backends).toHaveLength(1);
  for (const pid of backends) process.kill(pid, 'SIGKILL');
  return children;
}

const isReady = async (): Promise<boolean> => (await fetch(`${product.url}/api/v1/health/ready`)).status === 200;

describe.runIf(existsSync('/proc'))('a backend killed with -9 while it unpacks a zip, and again while it makes thumbnails', () => {
  it('goes on where it was; the dataset is trained meanwhile; every image ends up with its own bytes', async () => {
    const uploaded = await api.upload(await packageZip());
    expect(uploaded.status, JSON.stringify(uploaded.body)).toBe(201);
    const { id } = uploaded.body;
    const stored = (): Promise<number> => count('dataset_images where dataset_id = $1 and object_key is not null', id);
    const waiting = (): Promise<number> => count('image_processing where dataset_id = $1', id);
    const made = (): Promise<number> => count('dataset_images where dataset_id = $1 and thumbnail_at is not null', id);
    await eventually('some images are unpacked', async () => (await stored()) > 0);
    const children = killBackend();
    const before = await stored();
    expect(before).toBeLessThan(IMAGES);
    await eventually('its children are gone as well', () => Promise.resolve(children.every((pid) => !isAlive(pid))));
    await eventually('the backend is back', isReady);

    const job = await api.start(id, { epochs: 1, image_size: 32, batch_size: 64 });
    await eventually('thumbnails are made', async () => (await made()) > 20 && (await waiting()) > 0);
    killBackend();
    await eventually('the backend is back again', isReady);

    await eventually('all is unpacked', async () => (await stored()) === IMAGES);
    await eventually('the import is complete', async () => (await count("dataset_imports where dataset_id = $1 and kind = 'unpack-zip' and state = 'completed'", id)) === 1);
    await eventually('all thumbnails are made', async () => (await waiting()) === 0 && (await made()) === IMAGES);
    expect((await api.untilEnded(job.id)).state).toBe('completed');
    const { rows } = await database.query<{ key: string; sha256: string; state: string }>(`select object_key as key, encode(sha256, 'hex') as sha256, state from dataset_images where dataset_id = $1`, [id]);
    for (const row of rows) {
      expect(row.state).toBe('ready');
      expect(createHash('sha256').update(await store.getBytes(row.key, 1e6)).digest('hex')).toBe(row.sha256);
    }
    expect((await api.call<{ warnings: unknown[] }>('GET', `datasets/${id}`)).body.warnings.filter((one) => JSON.stringify(one).includes('image-'))).toEqual([]);
    const { body } = await api.call<{ items: { kind: string; done: number; total: number; refused: number }[] }>('GET', `datasets/${id}/imports`);
    expect(body.items.find((one) => one.kind === 'unpack-zip')).toMatchObject({ done: IMAGES, total: IMAGES, refused: 0 });
  });
});

import { readFileSync } from 'node:fs';
import { S3ObjectStore } from '@app/object-store';
import pg from 'pg';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageFaults, sha256 } from '../contract/image-faults.js';
import { ApiClient } from '../e2e/api-client.js';
import { startProduct, type Product } from '../e2e/harness.js';

const IMAGES = 13_000;
const BATCH = 200;
const PUTS_AT_ONCE = 16;
/** With the heap that the product starts with, 176 MB were measured; it is the goal of one upload, too. */
const MAX_MEGABYTES = 205;
/** Of each upload that runs: three parts of 5 MiB, and what is on its way. 18 were measured. */
const MEGABYTES_AN_UPLOAD = 22;

let product: Product;
let api: ApiClient;
let pool: pg.Pool;
let store: S3ObjectStore;
let picture: Buffer;

/** One photograph, another comment each: small JPEGs that are all different. */
function jpeg(seed: number): Buffer {
  const comment = Buffer.alloc(8);
  comment.writeUInt16BE(0xfffe, 0);
  comment.writeUInt16BE(6, 2);
  comment.writeUInt32BE(seed, 4);
  return Buffer.concat([picture.subarray(0, 2), comment, picture.subarray(2)]);
}

/** Highest resident memory of the backend so far, MB. */
function backendHighWater(): number {
  const children = readFileSync(`/proc/${product.process.pid}/task/${product.process.pid}/children`, 'utf8').trim().split(' ');
  const pid = children.find((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('dist/backend'));
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1000;
}

beforeAll(async () => {
  product = await startProduct();
  api = await ApiClient.logIn(product);
  pool = new pg.Pool({ connectionString: product.database_url, max: 2 });
  const { endpoint, bucket, access_key_id: accessKeyId, secret_access_key: secretAccessKey } = product.store;
  store = new S3ObjectStore({ endpoint, region: 'auto', bucket, accessKeyId, secretAccessKey });
  picture = await sharp({ create: { width: 64, height: 48, channels: 3, background: '#336699' } }).jpeg().toBuffer();
});
afterAll(async () => {
  await pool?.end();
  store?.close();
  await product?.stop();
});

async function dataset(): Promise<string> {
  return (await api.call<{ id: string }>('POST', 'datasets/create', { name: 'bulk', task_type: 'image_classification' })).body.id;
}

describe('images in bulk', () => {
  it(`of a camera, ${IMAGES} in one go by presigned PUT, are all in, without one failure and in steady memory`, async () => {
    const id = await dataset();
    const statuses = new Map<string, number>();
    let early = 0;
    const startedAt = Date.now();
    for (let from = 0; from < IMAGES; from += BATCH) {
      const files = Array.from({ length: Math.min(BATCH, IMAGES - from) }, (_, index) => jpeg(from + index));
      const listed = files.map((bytes, index) => ({ file_name: `DSC_${String(from + index).padStart(5, '0')}.JPG`, content_type: 'image/jpeg', size_bytes: bytes.length, sha256: sha256(bytes) }));
      const announced = await api.call<{ files: { id: string; put: { url: string; headers: Record<string, string> } }[] }>('POST', `datasets/${id}/images/uploads`, { files: listed });
      expect(announced.status).toBe(201);
      for (let at = 0; at < files.length; at += PUTS_AT_ONCE) {
        await Promise.all(announced.body.files.slice(at, at + PUTS_AT_ONCE).map(async ({ put }, index) => {
          const { 'content-length': _length, ...headers } = put.headers;
          const answer = await fetch(put.url, { method: 'PUT', headers, body: new Uint8Array(files[at + index] ?? []) });
          await answer.arrayBuffer();
          expect(answer.status).toBe(200);
        }));
      }
      const completed = await api.call<{ results: { status: string }[] }>('POST', `datasets/${id}/images/uploads/complete`, { ids: announced.body.files.map((one) => one.id) });
      for (const one of completed.body.results) statuses.set(one.status, (statuses.get(one.status) ?? 0) + 1);
      if (from === 2_000) early = backendHighWater();
    }
    const seconds = (Date.now() - startedAt) / 1000;
    process.stdout.write(`${IMAGES} images in ${seconds.toFixed(0)} s; the backend's memory was ${backendHighWater().toFixed(0)} MB at most, ${early.toFixed(0)} after 2,200\n`);
    expect([...statuses]).toEqual([['stored', IMAGES]]);
    expect((await api.call('GET', `datasets/${id}`)).body).toMatchObject({ num_images: IMAGES, change_seq: IMAGES });
    expect(await imageFaults(pool, store, id)).toEqual([]);
    expect((await api.call<{ items: unknown[] }>('GET', `datasets/${id}/images/uploads`)).body.items).toEqual([]);
    expect(backendHighWater()).toBeLessThanOrEqual(MAX_MEGABYTES);
    expect(backendHighWater()).toBeLessThanOrEqual(early * 1.35);
  });

  it('of 100 MB each through the API, 8 at a time, stay within the memory of one upload each', async () => {
    const id = await dataset();
    const large = Buffer.alloc(99_000_000);
    const before = backendHighWater();
    const results = await Promise.all(Array.from({ length: 8 }, async (_, index) => {
      const form = new FormData();
      form.append('file', new Blob([jpeg(50_000 + index) as Uint8Array<ArrayBuffer>, large]), `${index}.jpg`);
      const answer = await fetch(`${api.url}/api/v1/datasets/${id}/images`, { method: 'POST', headers: { authorization: `Bearer ${api.token}` }, body: form });
      return ((await answer.json()) as { results: { status: string }[] }).results[0]?.status;
    }));
    expect(results).toEqual(Array.from({ length: 8 }, () => 'stored'));
    process.stdout.write(`8 x 99 MB by form: the backend's memory was ${backendHighWater().toFixed(0)} MB at most, ${before.toFixed(0)} before\n`);
    expect(backendHighWater() - before).toBeLessThanOrEqual(8 * MEGABYTES_AN_UPLOAD);
  });
});

import { existsSync, openAsBlob, readFileSync } from 'node:fs';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { plannedZip, type PlannedEntry } from '@app/archive';
import { codecOf, convert } from '@app/dataset-formats';
import { encodePng, toDicePackage } from '@app/dice-format';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient } from '../e2e/api-client.js';
import { startProduct, type Product } from '../e2e/harness.js';

const MAX_MEGABYTES = 220;
const SIDE = 183;

let product: Product;
let api: ApiClient;
let folder: string;

/** Highest resident memory of the backend so far, MB. */
function backendHighWater(): number {
  const children = readFileSync(`/proc/${product.process.pid}/task/${product.process.pid}/children`, 'utf8').trim().split(' ');
  const pid = children.find((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('dist/backend'));
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1000;
}

async function uploadFile(path: string): Promise<{ status: number; body: { code?: string; num_images?: number } }> {
  const form = new FormData();
  form.set('file', await openAsBlob(path), 'd.zip');
  const answer = await fetch(`${product.url}/api/v1/datasets/upload`, { method: 'POST', headers: { authorization: `Bearer ${api.token}` }, body: form });
  return { status: answer.status, body: (await answer.json()) as { code?: string; num_images?: number } };
}

const write = async (path: string, entries: readonly PlannedEntry[]): Promise<void> => pipeline(Readable.from(plannedZip(entries).stream()), createWriteStream(path));
const planned = ({ name, bytes }: { name: string; bytes: Uint8Array }): PlannedEntry => ({ name, sizeBytes: bytes.length, crc32: crc32(bytes), open: () => [bytes] });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vision-large-'));
  product = await startProduct();
  api = await ApiClient.logIn(product);
});
afterAll(async () => {
  await product.stop();
  await rm(folder, { recursive: true, force: true });
});

describe.runIf(existsSync('/proc'))('large uploads', () => {
  it(`takes 1 GB in 10,000 images with ${MAX_MEGABYTES} MB of memory at most`, async () => {
    const files = Array.from({ length: 10_000 }, (_, index) => ({ path: `${index % 2}/${index}.png`, bytes: encodePng(randomBytes(SIDE * SIDE * 3), { width: SIDE, height: SIDE, channels: 3 }) }));
    const path = join(folder, 'gigabyte.zip');
    await write(path, toDicePackage(await convert(files, codecOf('yolo'), { name: 'gigabyte', createdAt: '2026-01-01T00:00:00Z' })).entries.map(planned));
    expect(await uploadFile(path)).toMatchObject({ status: 201, body: { num_images: 10_000 } });
    process.stdout.write(`1 GB upload: the backend's memory was ${backendHighWater().toFixed(0)} MB at most\n`);
    expect(backendHighWater()).toBeLessThanOrEqual(MAX_MEGABYTES);
  });

  it('refuses a million empty entries without a crash', async () => {
    const nothing = new Uint8Array(0);
    const path = join(folder, 'million.zip');
    await write(path, Array.from({ length: 1_000_000 }, (_, index) => planned({ name: `images/${index}.png`, bytes: nothing })));
    const answer = await uploadFile(path);
    expect(answer.status).toBe(422);
    expect((await api.call('GET', 'health/ready')).status).toBe(200);
  });
});

import { createHash } from 'node:crypto';
import { createWriteStream, existsSync, openAsBlob } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { plannedZip, type PlannedEntry } from '@app/archive';
import { toDicePackage } from '@app/dice-format';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient } from '../e2e/api-client.js';
import { startProduct, type Product } from '../e2e/harness.js';
import { descendantsOf, forgetHighWater, highWaterOf } from '../e2e/process-tree.js';

/** Over what the upload of the same zip, or a tenth of the images, took before. */
const MOST_GROWTH = 1.15;
const MOST_MEGABYTES = 220;
/** What is garbage and what is in use look alike from outside: with a heap this small the garbage is collected, and what is left is what is needed. */
const HEAP = '--max-semi-space-size=2 --max-old-space-size=110';
const CHILD_MEGABYTES = 512;
let product: Product;
let api: ApiClient;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vision-unpack-'));
  product = await startProduct({ environment: { NODE_OPTIONS: HEAP } });
  api = await ApiClient.logIn(product);
});
afterAll(async () => {
  await product.stop();
  await rm(folder, { recursive: true, force: true });
});

const planned = ({ name, bytes }: { name: string; bytes: Uint8Array }): PlannedEntry => ({ name, sizeBytes: bytes.length, crc32: crc32(bytes), open: () => [bytes] });

async function zipFile(images: number): Promise<string> {
  const photos = await Promise.all(
    Array.from({ length: 20 }, (_, index) => {
      const noise = createHash('shake256', { outputLength: 120 * 90 * 3 }).update(`${index}`).digest();
      return sharp(noise, { raw: { width: 120, height: 90, channels: 3 } }).resize(320, 240).jpeg().toBuffer();
    }),
  );
  const files = Array.from({ length: images }, (_, index) => ({ file: { path: `${index}.jpg`, bytes: photos[index % photos.length] ?? Buffer.alloc(0) }, split: 'train' as const, labeled: true, annotations: () => [{ class_id: index % 2, confidence: 1 }] }));
  const { entries } = toDicePackage({ name: `large ${images}`, taskType: 'image_classification', classNames: ['a', 'b'], images: files, notes: [], createdAt: '2026-01-01T00:00:00Z' });
  const path = join(folder, `${images}.zip`);
  await pipeline(Readable.from(plannedZip(entries.map(planned)).stream()), createWriteStream(path));
  return path;
}

interface ImportItem {
  readonly kind: string;
  readonly state: string;
  readonly done: number;
  readonly rate_per_second: number | null;
}

/** The highest memory of the upload and of the unpacking, MB, and how often the progress was seen to move. */
async function unpack(images: number, backend: number): Promise<{ upload: number; unpacking: number; steps: number }> {
  const form = new FormData();
  form.set('file', await openAsBlob(await zipFile(images)), 'd.zip');
  forgetHighWater(backend);
  const answer = await fetch(`${product.url}/api/v1/datasets/upload`, { method: 'POST', headers: { authorization: `Bearer ${api.token}` }, body: form });
  const { id } = (await answer.json()) as { id: string };
  expect(answer.status).toBe(201);
  const upload = highWaterOf(backend);
  forgetHighWater(backend);
  const seen = new Set<number>();
  for (;;) {
    const { items } = (await api.call<{ items: ImportItem[] }>('GET', `datasets/${id}/imports`)).body;
    const found = items.find((one) => one.kind === 'unpack-zip');
    seen.add(found?.done ?? 0);
    if (found?.state === 'completed') return { upload, unpacking: highWaterOf(backend), steps: seen.size };
    expect(found?.state).not.toBe('failed');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

describe.runIf(existsSync('/proc'))('unpacking', () => {
  it('of 10,000 images takes no more memory than the upload of their zip, and shows progress all the way', async () => {
    const [backend = 0] = descendantsOf(product.process.pid ?? 0, 'dist/backend/apps/backend/src/main.js');
    const small = await unpack(1_000, backend);
    const large = await unpack(10_000, backend);
    const children = descendantsOf(product.process.pid ?? 0, 'image-child.main.js').map(highWaterOf);
    process.stdout.write(`${JSON.stringify({ small, large, children })}\n`);
    expect(large.steps).toBeGreaterThan(10);
    expect(large.unpacking).toBeLessThan(Math.max(small.unpacking, large.upload) * MOST_GROWTH);
    expect(large.unpacking).toBeLessThan(MOST_MEGABYTES);
    for (const one of children) expect(one).toBeLessThan(CHILD_MEGABYTES);
  });
});

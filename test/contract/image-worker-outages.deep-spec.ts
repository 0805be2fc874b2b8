import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startObjectStore, type LocalObjectStore } from '@app/local-services';
import { StoreMeter } from '@app/object-store';
import { bundleEntry, type BundledEntry } from '@app/testing';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BackendConfig } from '../../apps/backend/src/config/backend-config.js';
import { ImageProcessing } from '../../apps/backend/src/modules/dataset/application/ports/image-processing.port.js';
import { DEFAULT_CHILD_LIMITS, ImageChildProgram } from '../../apps/backend/src/modules/dataset/infrastructure/image-worker/image-child-program.js';
import { ImageWorker } from '../../apps/backend/src/modules/dataset/infrastructure/image-worker/image-worker.js';
import { startBackend, type BackendUnderTest } from './backend-under-test.js';
import { ImageBench, type GivenImage } from './image-bench.js';

/** A store of its own, which goes away and comes back. */
const KEYS = { accessKeyId: 'outage-key', secretAccessKey: 'outage-secret-0123456789' };
const BUCKET = 'vision-outage';
let program: BundledEntry;
let folder: string;
let store: LocalObjectStore;
let backend: BackendUnderTest;
let bench: ImageBench;

const openStore = (options: { port?: number } = {}): Promise<LocalObjectStore> =>
  startObjectStore({ dataDirectory: join(folder, BUCKET), bucket: BUCKET, port: options.port, credentials: [{ ...KEYS, mode: 'read-write' }] });

beforeAll(async () => {
  program = await bundleEntry('apps/backend/src/modules/dataset/infrastructure/image-worker/image-child.main.ts');
  folder = await mkdtemp(join(tmpdir(), 'vision-outage-'));
  store = await openStore();
  backend = await startBackend({ IMAGE_WORKERS: '2', S3_ENDPOINT: store.endpoint, S3_BUCKET: BUCKET, S3_ACCESS_KEY_ID: KEYS.accessKeyId, S3_SECRET_ACCESS_KEY: KEYS.secretAccessKey });
  backend.app.get(ImageChildProgram).entry = program.path;
  bench = await ImageBench.open(backend, { endpoint: store.endpoint, bucket: BUCKET, region: 'auto', ...KEYS });
});
afterAll(async () => {
  await bench.close();
  await backend.close();
  await store.close();
  await rm(folder, { recursive: true, force: true });
  await program.remove();
});

async function photos(count: number, side = 120): Promise<GivenImage[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const noise = createHash('shake256', { outputLength: 32 * 32 * 3 }).update(`${side} ${index}`).digest();
      return { bytes: await sharp(noise, { raw: { width: 32, height: 32, channels: 3 } }).resize(side, side).jpeg().toBuffer(), width: side, height: side };
    }),
  );
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function attemptsOf(number: number): Promise<number> {
  const { rows } = await bench.client.query<{ attempts: number }>('select attempts from image_processing where number = $1', [number]);
  return rows[0]?.attempts ?? 0;
}

async function eventually(what: string, holds: () => Promise<boolean>, milliseconds = 40_000): Promise<void> {
  for (const deadline = Date.now() + milliseconds; !(await holds()); await pause(30)) if (Date.now() > deadline) throw new Error(`not in time: ${what}`);
}

/** As after the pause that an outage has brought: the lease is over. */
const hurry = (): Promise<unknown> => bench.client.query('update image_processing set leased_until = null where leased_until > now() + interval $$1 s$$');

describe('a store that is away', () => {
  it('lets images wait, with growing pauses and without a word against them', async () => {
    const numbers = await bench.add(await photos(4));
    await bench.settled();
    const port = Number(new URL(store.endpoint).port);
    const more = await photos(6, 130);
    const waiting = await bench.add(more);
    await store.close();
    await eventually('a second attempt', async () => (await attemptsOf(waiting[5] ?? 0)) >= 2);
    for (const number of waiting) expect((await bench.row(number)).state).toBe('ready');
    // Something answers in its place that has no such bucket: every object is missing there, and no image is to blame.
    const other = createServer((_, response) => response.writeHead(404, { 'content-type': 'application/xml' }).end('<?xml version="1.0"?><Error><Code>NoSuchBucket</Code><Message>gone</Message></Error>'));
    await new Promise<void>((resolve) => void other.listen(port, '127.0.0.1', resolve));
    const before = await attemptsOf(waiting[5] ?? 0);
    await hurry();
    await eventually('an attempt there', async () => (await attemptsOf(waiting[5] ?? 0)) > before);
    await pause(1_000);
    other.closeAllConnections();
    await new Promise((resolve) => other.close(resolve));
    for (const row of await bench.rows([...numbers, ...waiting])) expect(row.state).toBe('ready');
    expect((await bench.findings()).size).toBe(0);
    store = await openStore({ port });
    await hurry();
    await bench.settled();
    for (const row of await bench.rows(waiting)) expect(row).toMatchObject({ state: 'ready', made: true });
    const strikes = await bench.client.query('select 1 from image_processing where strikes > 0');
    expect(strikes.rows).toEqual([]);
  });
});

describe('the end of a backend', () => {
  it('waits for the images in flight, leaves no lease behind, and takes its children along', async () => {
    const numbers = await bench.add(await photos(60, 900));
    await eventually('work in progress', async () => (await bench.waiting()) < 58 && backend.app.get(ImageWorker).pids.length === 2);
    const { pids } = backend.app.get(ImageWorker);
    await backend.app.get(ImageWorker).beforeApplicationShutdown();
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
    const { rows } = await bench.client.query<{ leased: number; left: number }>('select (count(*) filter (where leased_until > now()))::int as leased, count(*)::int as left from image_processing');
    expect(rows[0]?.leased).toBe(0);
    expect(rows[0]?.left).toBeGreaterThan(0);
    // Another replica does the rest.
    const second = new ImageWorker(...partsOf(backend));
    second.onApplicationBootstrap();
    await bench.settled();
    for (const row of await bench.rows(numbers)) expect(row).toMatchObject({ state: 'ready', made: true });
    await second.beforeApplicationShutdown();
  });

  it('does not wait for an image that does not come to an end, and does not hold that against it', async () => {
    const [number = 0] = await bench.add([{ bytes: await sharp({ create: { width: 9_900, height: 9_900, channels: 3, background: '#123' } }).png({ compressionLevel: 1 }).toBuffer(), width: 9_900, height: 9_900 }]);
    backend.app.get(ImageChildProgram).limits = { ...DEFAULT_CHILD_LIMITS, stopMilliseconds: 100 };
    const third = new ImageWorker(...partsOf(backend));
    third.onApplicationBootstrap();
    await eventually('a child', async () => Promise.resolve(third.pids.length > 0));
    for (const pid of third.pids) process.kill(pid, 'SIGSTOP');
    const before = performance.now();
    await third.beforeApplicationShutdown();
    expect(performance.now() - before).toBeLessThan(11_000);
    expect((await bench.client.query('select number, strikes from image_processing')).rows).toEqual([{ number, strikes: 0 }]);
  });
});

function partsOf({ app }: BackendUnderTest): ConstructorParameters<typeof ImageWorker> {
  return [app.get(ImageProcessing), app.get(BackendConfig), app.get(ImageChildProgram), app.get(StoreMeter)];
}

import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import { objectKeys } from '@app/object-store';
import { bundleEntry, type BundledEntry } from '@app/testing';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ImageProcessing } from '../../apps/backend/src/modules/dataset/application/ports/image-processing.port.js';
import { DEFAULT_CHILD_LIMITS, ImageChildProgram } from '../../apps/backend/src/modules/dataset/infrastructure/image-worker/image-child-program.js';
import { ImageWorker } from '../../apps/backend/src/modules/dataset/infrastructure/image-worker/image-worker.js';
import { startBackend, type BackendUnderTest } from './backend-under-test.js';
import { ImageBench, type GivenImage } from './image-bench.js';
import { startOwnStore, type OwnStore } from './own-store.js';

/** The image worker with its real child, a real store and a real database. */
const CHILD = 'apps/backend/src/modules/dataset/infrastructure/image-worker/image-child.main.ts';
let program: BundledEntry;
let own: OwnStore;
let backend: BackendUnderTest;
let bench: ImageBench;

beforeAll(async () => {
  program = await bundleEntry(CHILD);
  own = await startOwnStore();
  backend = await startBackend({ ...own.environment, IMAGE_WORKERS: '1' });
  backend.app.get(ImageChildProgram).entry = program.path;
  bench = await ImageBench.open(backend, own.options);
});
afterAll(async () => {
  await bench.close();
  await backend.close();
  await own.close();
  await program.remove();
});

async function photo(options: { readonly width?: number; readonly height?: number; readonly orientation?: number; readonly format?: 'jpeg' | 'png' | 'webp'; readonly seed?: string } = {}): Promise<GivenImage> {
  const { width = 320, height = 240, orientation = 1, format = 'jpeg', seed = 'a' } = options;
  const noise = createHash('shake256', { outputLength: 64 * 48 * 3 }).update(seed).digest();
  const bytes = await sharp(noise, { raw: { width: 64, height: 48, channels: 3 } }).resize(width, height, { fit: 'fill' }).withMetadata({ orientation }).toFormat(format).toBuffer();
  return orientation >= 5 ? { bytes, width: height, height: width } : { bytes, width, height };
}

function png(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.writeUInt8(1, 8);
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.alloc((1 + Math.ceil(width / 8)) * height))), chunk('IEND', Buffer.alloc(0))]);
}

async function eventually(what: string, holds: () => Promise<boolean> | boolean, milliseconds = 30_000): Promise<void> {
  for (const deadline = Date.now() + milliseconds; !(await holds()); await new Promise((resolve) => setTimeout(resolve, 20))) {
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`);
  }
}

const childPid = async (): Promise<number> => {
  const worker = backend.app.get(ImageWorker);
  await eventually('a child', () => worker.pids.length > 0);
  return worker.pids[0] ?? 0;
};

describe('the image worker', () => {
  it('makes thumbnail and preview, fills in what was not known, and leaves the original as it is', async () => {
    const given = [await photo(), await photo({ format: 'png' }), await photo({ format: 'webp', orientation: 6 }), await photo({ width: 2400, height: 1200, orientation: 8 })];
    const unknown = { ...(await photo({ orientation: 5 })), width: 0, height: 0, row: { crc32: null } };
    const numbers = await bench.add([...given, unknown]);
    await bench.settled();
    for (const [index, number] of numbers.entries()) {
      const image = [...given, unknown][index] ?? unknown;
      const row = await bench.row(number);
      expect(row).toMatchObject({ state: 'ready', made: true, crc32: String(crc32(image.bytes)) });
      const thumbnail = await sharp(await bench.store.getBytes(objectKeys.thumbnail(bench.datasetId, number), 1e6)).metadata();
      const preview = await sharp(await bench.store.getBytes(objectKeys.preview(bench.datasetId, number), 1e7)).metadata();
      expect([thumbnail.format, preview.format]).toEqual(['webp', 'webp']);
      // One upright shape in row, preview and thumbnail.
      for (const made of [thumbnail, preview]) expect(made.width / made.height).toBeCloseTo(row.width / row.height, 1);
      expect(Buffer.from(await bench.store.getBytes(objectKeys.image(bench.datasetId, number, 'jpg'), 1e7)).equals(Buffer.from(image.bytes))).toBe(true);
    }
    expect(await bench.row(numbers[2] ?? 0)).toMatchObject({ width: 240, height: 320, orientation: 6 });
    expect(await bench.row(numbers[3] ?? 0)).toMatchObject({ width: 1200, height: 2400, orientation: 8 });
    expect(await bench.row(numbers[4] ?? 0)).toMatchObject({ width: 240, height: 320, orientation: 5 });
    expect((await bench.findings()).size).toBe(0);
  });

  it('condemns what is broken, with a sentence and a hint in the findings, and not its good twin', async () => {
    const good = await photo({ seed: 'twin' });
    const named = (fileName: string, image: GivenImage): GivenImage => ({ ...image, fileName });
    const numbers = await bench.add([
      named('images/flood.png', { bytes: png(60_000, 60_000), width: 60_000, height: 60_000 }),
      named('images/268-megapixels.png', { bytes: png(16_380, 16_383), width: 16_380, height: 16_383 }),
      named('images/cut.jpg', { ...good, bytes: good.bytes.subarray(0, good.bytes.length / 2) }),
      named('images/drawing.svg', { bytes: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), width: 9, height: 9 }),
      named('images/swapped.jpg', { ...good, row: { sha256: createHash('sha256').update('what was uploaded').digest('hex') } }),
      named('images/other-crc.jpg', { ...good, row: { crc32: 1 } }),
      named('images/gone.jpg', { ...good, stored: false }),
      named('images/another-size.jpg', { ...good, width: good.width + 1 }),
      named('images/good.jpg', good),
      named('images/large.png', { bytes: png(9_000, 9_000), width: 9_000, height: 9_000 }),
    ]);
    await bench.settled();
    const findings = await bench.findings();
    expect(Object.fromEntries([...findings].map(([name, finding]) => [name, finding.code]))).toEqual({
      'images/flood.png': 'image-broken',
      'images/268-megapixels.png': 'image-broken',
      'images/cut.jpg': 'image-broken',
      'images/drawing.svg': 'image-broken',
      'images/swapped.jpg': 'image-changed',
      'images/other-crc.jpg': 'image-changed',
      'images/gone.jpg': 'image-missing',
      'images/another-size.jpg': 'image-size-differs',
    });
    expect(findings.get('images/flood.png')).toMatchObject({ message: 'The image has more than 100 megapixels.', hint: expect.stringMatching(/^It stays out of training\./) as unknown });
    const states = await bench.rows(numbers);
    expect(states.map((row) => row.state)).toEqual([...Array<string>(8).fill('broken'), 'ready', 'ready']);
    expect(states.map((row) => row.made)).toEqual([...Array<boolean>(8).fill(false), true, true]);
    expect(((await bench.get(`datasets/${bench.datasetId}`))['warnings'] as unknown[]).length).toBe(8);
  });

  it('gives a verdict over 90 files with changed bytes, and goes on', async () => {
    let random = 1_119;
    const next = (below: number): number => (random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0) % below;
    const base = [await photo({ width: 90, height: 70 }), await photo({ width: 90, height: 70, format: 'png' }), await photo({ width: 90, height: 70, format: 'webp' })];
    const fuzzed = Array.from({ length: 90 }, (_, index): GivenImage => {
      const image = base[index % base.length] ?? { bytes: Buffer.alloc(0), width: 0, height: 0 };
      const bytes = Buffer.from(image.bytes);
      for (let change = 0; change < 1 + next(8); change += 1) bytes.writeUInt8(next(256), next(bytes.length));
      return { ...image, bytes, fileName: `images/fuzz-${index}.jpg` };
    });
    const numbers = await bench.add(fuzzed);
    await bench.settled(120_000);
    const rows = await bench.rows(numbers);
    const findings = await bench.findings();
    for (const [index, row] of rows.entries()) {
      const found = findings.get(`images/fuzz-${index}.jpg`);
      expect(row.state === 'broken', `file ${index}`).toBe(found !== undefined);
      expect(row.made, `file ${index}`).toBe(found === undefined);
    }
    // Both kinds are there: neither everything nor nothing is refused.
    expect(rows.filter((row) => row.state === 'broken').length).toBeGreaterThan(10);
    expect(rows.filter((row) => row.state === 'ready').length).toBeGreaterThan(3);
    expect(await fetch(`${backend.url}/api/v1/health/ready`)).toMatchObject({ status: 200 });
  }, 150_000);

  it('outlives a child that is killed again and again: every image is made, none is condemned', async () => {
    const before = (await bench.findings()).size;
    const numbers = await bench.add(await Promise.all(Array.from({ length: 40 }, (_, index) => photo({ width: 1_000, height: 800, seed: `kill ${index}` }))));
    const killed = new Set<number>();
    for (let round = 0; round < 4; round += 1) {
      const left = await bench.waiting();
      await eventually('some progress', async () => (await bench.waiting()) < left - 2 || (await bench.waiting()) === 0);
      const pid = await childPid();
      if (!killed.has(pid)) process.kill(pid, 'SIGKILL');
      killed.add(pid);
      await eventually('another child', () => backend.app.get(ImageWorker).pids.every((one) => !killed.has(one)));
    }
    await bench.settled();
    for (const number of numbers) expect(await bench.row(number)).toMatchObject({ made: true, state: 'ready' });
    expect(killed.size).toBeGreaterThan(1);
    expect((await bench.findings()).size).toBe(before);
  });

  it('kills a child that stands still, and lets another do its images', async () => {
    const worker = backend.app.get(ImageChildProgram);
    worker.limits = { ...DEFAULT_CHILD_LIMITS, decodingMilliseconds: 1_500, storeMilliseconds: 1_500 };
    // A child takes its limits with it when it begins.
    process.kill(await childPid(), 'SIGKILL');
    await bench.add([await photo({ seed: 'first' })]);
    await bench.settled();
    const stopped = await childPid();
    process.kill(stopped, 'SIGSTOP');
    const numbers = await bench.add(await Promise.all(Array.from({ length: 5 }, (_, index) => photo({ seed: `stop ${index}` }))));
    await bench.settled();
    expect(await childPid()).not.toBe(stopped);
    for (const number of numbers) expect(await bench.row(number)).toMatchObject({ made: true, state: 'ready' });
    worker.limits = DEFAULT_CHILD_LIMITS;
  });

  it.each([
    // Interlaced: all of it is in memory at once.
    ['memory', { maxResidentBytes: 180_000_000 }, 'The image takes more memory to decode than is allowed.', () => sharp({ create: { width: 8_000, height: 8_000, channels: 3, background: '#456' } }).png({ progressive: true, compressionLevel: 1 }).toBuffer()],
    ['time', { decodingCpuSeconds: 0.05 }, 'The image takes longer to decode than is allowed.', () => Promise.resolve(png(8_000, 8_000))],
  ])('condemns an image that takes more %s than is allowed, and takes its twin when it is allowed', async (what, limits, message, make) => {
    const settings = backend.app.get(ImageChildProgram);
    const bytes = await make();
    const image = (name: string): GivenImage => ({ bytes, width: 8_000, height: 8_000, fileName: `images/${name}-${what}.png` });
    const renewed = async (use: typeof settings.limits): Promise<void> => {
      settings.limits = use;
      for (const pid of backend.app.get(ImageWorker).pids) process.kill(pid, 'SIGKILL');
      await eventually('the old child is gone', () => backend.app.get(ImageWorker).pids.length === 0);
    };
    await renewed({ ...DEFAULT_CHILD_LIMITS, ...limits });
    const [costly = 0] = await bench.add([image('costly')]);
    await bench.settled();
    expect(await bench.row(costly)).toMatchObject({ state: 'broken', made: false });
    expect((await bench.findings()).get(`images/costly-${what}.png`)).toMatchObject({ code: 'image-too-costly', message });
    await renewed(DEFAULT_CHILD_LIMITS);
    const [twin = 0] = await bench.add([image('twin')]);
    await bench.settled();
    expect(await bench.row(twin)).toMatchObject({ state: 'ready', made: true });
  });

  it('takes no work where it is switched off', async () => {
    const other = await startBackend({ ...own.environment, IMAGE_WORKERS: '0' });
    const idle = await ImageBench.open(other, own.options);
    await idle.add([await photo()]);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await idle.waiting()).toBe(1);
    expect(other.app.get(ImageWorker).pids).toEqual([]);
    await idle.close();
    await other.close();
  });
});

describe('the queue of images', () => {
  it('gives an image to one of several takers, and takes no answer of who has lost it', async () => {
    const [one, two] = [await startBackend(own.environment), backend];
    const mine = await ImageBench.open(one, own.options);
    try {
      const numbers = await mine.add(await Promise.all(Array.from({ length: 24 }, (_, index) => photo({ width: 20, height: 20, seed: `q${index}` }))));
      const queue = one.app.get(ImageProcessing);
      const taken = (await Promise.all(Array.from({ length: 8 }, () => queue.claim(3)))).flat();
      expect(taken.map((image) => image.number).sort((a, b) => a - b)).toEqual(numbers);
      expect(await queue.claim(3)).toEqual([]);
      const [first] = taken;
      if (first === undefined) throw new Error('nothing was taken');
      // The lease is over and somebody else has it.
      await mine.client.query('update image_processing set leased_until = now() - interval $$1 s$$ where number = $1', [first.number]);
      const [again] = await queue.claim(1);
      expect(again).toMatchObject({ number: first.number, attempts: 2 });
      await queue.broken(first, { code: 'image-broken', message: 'late' });
      await queue.made(first, { crc32: 1, width: 1, height: 1, orientation: 1, channels: 1 });
      await queue.postpone(first, { afterSeconds: 0, strike: true });
      expect(await mine.row(first.number)).toMatchObject({ state: 'ready', made: false });
      expect(await queue.claim(1)).toEqual([]);
      // Other bytes took the place of the image meanwhile: an answer about the old ones counts for nothing.
      await mine.client.query("update dataset_images set sha256 = decode(repeat('00', 32), 'hex') where number = $1", [first.number]);
      if (again !== undefined) await queue.made(again, { crc32: 1, width: 1, height: 1, orientation: 1, channels: 1 });
      expect(await mine.row(first.number)).toMatchObject({ made: false });
      expect(await mine.waiting()).toBe(24);
      expect(two.url).not.toBe(one.url);
    } finally {
      await mine.close();
      await one.close();
    }
  });
});

describe('the process that decodes', () => {
  it.each([0, 30, 100, 300, 1_000])('ends when its parent goes %i ms after the start, also while it is loading', async (milliseconds) => {
    const child = fork(program.path, [], { stdio: 'ignore' });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    child.disconnect();
    const outcome = await Promise.race([ended, new Promise((resolve) => setTimeout(() => resolve('still there'), 20_000))]);
    child.kill('SIGKILL');
    expect(outcome).toBe(0);
  });
});

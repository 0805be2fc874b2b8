import { createHash } from 'node:crypto';
import { crc32, deflateRawSync } from 'node:zlib';
import { plannedZip, type PlannedEntry } from '@app/archive';
import { toDicePackage } from '@app/dice-format';
import { objectKeys, S3ObjectStore } from '@app/object-store';
import { bundleEntry, type BundledEntry } from '@app/testing';
import pg from 'pg';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DatasetAccess, DatasetImages } from '../../apps/backend/src/modules/dataset/application/dataset-access.js';
import { ImportQueue, type ImportJob } from '../../apps/backend/src/modules/dataset/application/ports/import-queue.port.js';
import { ImageChildProgram } from '../../apps/backend/src/modules/dataset/infrastructure/image-worker/image-child-program.js';
import { ZipUnpacker } from '../../apps/backend/src/modules/dataset/infrastructure/unpack/zip-unpacker.js';
import { ADMIN, startBackend, type BackendUnderTest } from './backend-under-test.js';
import { startOwnStore, type OwnStore } from './own-store.js';

const CHILD = 'apps/backend/src/modules/dataset/infrastructure/image-worker/image-child.main.ts';

interface Row {
  readonly number: number;
  readonly file_name: string;
  readonly sha256: string;
  readonly object_key: string | null;
  readonly state: string;
  readonly made: boolean;
  readonly width: number;
  readonly height: number;
  readonly orientation: number;
}

interface ImportItem {
  readonly kind: string;
  readonly state: string;
  readonly done: number;
  readonly total: number;
  readonly refused: number;
  readonly rate_per_second: number | null;
  readonly seconds_left: number | null;
  readonly code: string | null;
}

/** A backend, and what a test asks of it. */
class Site {
  private constructor(
    readonly backend: BackendUnderTest,
    readonly pool: pg.Pool,
    readonly store: S3ObjectStore,
    private readonly own: OwnStore,
    private readonly authorization: string,
  ) {}

  static async open(imageWorkers: number): Promise<Site> {
    const own = await startOwnStore();
    const backend = await startBackend({ ...own.environment, IMAGE_WORKERS: String(imageWorkers) });
    const login = await fetch(`${backend.url}/api/v1/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(ADMIN) });
    const { access_token: token } = (await login.json()) as { access_token: string };
    return new Site(backend, new pg.Pool({ connectionString: backend.databaseUrl, max: 2 }), new S3ObjectStore(own.options), own, `Bearer ${token}`);
  }

  async close(): Promise<void> {
    await this.pool.end();
    this.store.close();
    await this.backend.close();
    await this.own.close();
  }

  async get<T>(path: string): Promise<T> {
    return (await (await fetch(`${this.backend.url}/api/v1/${path}`, { headers: { authorization: this.authorization } })).json()) as T;
  }

  async upload(zip: Uint8Array): Promise<string> {
    const form = new FormData();
    form.set('file', new Blob([zip as Uint8Array<ArrayBuffer>]), 'dataset.zip');
    const answer = await fetch(`${this.backend.url}/api/v1/datasets/upload`, { method: 'POST', headers: { authorization: this.authorization }, body: form });
    const body = (await answer.json()) as { id: string };
    expect(answer.status, JSON.stringify(body)).toBe(201);
    return body.id;
  }

  async rows(datasetId: string): Promise<Row[]> {
    const { rows } = await this.pool.query<Row>(
      `select number, file_name, encode(sha256, 'hex') as sha256, object_key, state, thumbnail_at is not null as made, width, height, orientation from dataset_images where dataset_id = $1 order by number`,
      [datasetId],
    );
    return rows;
  }

  async imported(datasetId: string): Promise<ImportItem> {
    const { items } = await this.get<{ items: ImportItem[] }>(`datasets/${datasetId}/imports`);
    const found = items.find((one) => one.kind === 'unpack-zip');
    if (found === undefined) throw new Error('no import');
    return found;
  }

  async findings(datasetId: string): Promise<{ code: string; entry: string }[]> {
    return (await this.get<{ items: { code: string; entry: string }[] }>(`datasets/${datasetId}/findings`)).items;
  }

  async queued(datasetId: string): Promise<number> {
    return (await this.pool.query<{ queued: number }>('select count(*)::int as queued from image_processing where dataset_id = $1', [datasetId])).rows[0]?.queued ?? 0;
  }

  async sha256(key: string): Promise<string> {
    return createHash('sha256').update(await this.store.getBytes(key, 100_000_000)).digest('hex');
  }

  /** Every image has an object with its own bytes, but those of the names. */
  async expectUnpacked(datasetId: string, except: readonly string[] = []): Promise<void> {
    for (const row of await this.rows(datasetId)) {
      if (except.includes(row.file_name)) expect(row).toMatchObject({ object_key: null, state: 'broken' });
      else expect(row.object_key === null ? null : await this.sha256(row.object_key), row.file_name).toBe(row.sha256);
    }
  }

  async claim(): Promise<ImportJob> {
    const job = await this.backend.app.get(ImportQueue).claim('unpack-zip');
    if (job === null) throw new Error('nothing to claim');
    return job;
  }

  unpack(job: ImportJob, signal = new AbortController().signal): Promise<void> {
    return this.backend.app.get(ZipUnpacker).unpack(job, signal);
  }
}

async function photo(seed: string, options: { orientation?: number; format?: 'jpeg' | 'png' | 'webp'; side?: number } = {}): Promise<Buffer> {
  const { orientation = 1, format = 'jpeg', side = 60 } = options;
  const noise = createHash('shake256', { outputLength: 24 * 16 * 3 }).update(seed).digest();
  return sharp(noise, { raw: { width: 24, height: 16, channels: 3 } }).resize(side, side / 2, { fit: 'fill' }).withMetadata({ orientation }).toFormat(format).toBuffer();
}

function packageOf(files: readonly Uint8Array[]): { name: string; bytes: Uint8Array }[] {
  const images = files.map((bytes, index) => ({ file: { path: `${index}`, bytes }, split: 'train' as const, labeled: true, annotations: () => [{ class_id: index % 2, confidence: 1 }] }));
  return [...toDicePackage({ name: 'unpack me', taskType: 'image_classification', classNames: ['a', 'b'], images, notes: [], createdAt: '2026-01-01T00:00:00Z' }).entries];
}

/** Every other entry deflated. */
async function zipOf(entries: readonly { name: string; bytes: Uint8Array }[], folder = ''): Promise<Buffer> {
  const planned = entries.map(({ name, bytes }, index): PlannedEntry => {
    const packed = index % 2 === 0 ? bytes : deflateRawSync(bytes);
    return { name: `${folder}${name}`, sizeBytes: bytes.length, crc32: crc32(bytes), ...(index % 2 === 0 ? {} : { deflatedBytes: packed.length }), open: () => [packed] };
  });
  const chunks: Uint8Array[] = [];
  for await (const chunk of plannedZip(planned).stream()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function eventually(what: string, holds: () => Promise<boolean>, milliseconds = 45_000): Promise<void> {
  for (const deadline = Date.now() + milliseconds; !(await holds()); await new Promise((resolve) => setTimeout(resolve, 50))) {
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`);
  }
}

describe('an uploaded zip', () => {
  let site: Site;
  let program: BundledEntry;
  beforeAll(async () => {
    program = await bundleEntry(CHILD);
    site = await Site.open(1);
    site.backend.app.get(ImageChildProgram).entry = program.path;
  });
  afterAll(async () => {
    await site.close();
    await program.remove();
  });

  it('becomes single images with thumbnails by itself; what does not decode becomes a finding', async () => {
    const files = [...(await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((orientation) => photo(`o${orientation}`, { orientation })))), await photo('png', { format: 'png' }), await photo('webp', { format: 'webp', orientation: 6 })];
    const whole = await photo('cut', { side: 400 });
    files.push(whole.subarray(0, whole.length - 300), await photo('last'));
    const id = await site.upload(await zipOf(packageOf(files), 'My 너구리 folder/'));
    await eventually('unpacked', async () => (await site.imported(id)).state === 'completed');
    expect(await site.imported(id)).toMatchObject({ done: 12, total: 12, refused: 0, rate_per_second: null, seconds_left: null, code: null });
    await site.expectUnpacked(id);
    await eventually('thumbnails', async () => (await site.queued(id)) === 0);
    const rows = await site.rows(id);
    expect(rows.map((row) => row.state)).toEqual([...Array<string>(10).fill('ready'), 'broken', 'ready']);
    expect(rows.map((row) => row.made)).toEqual(rows.map((row) => row.state === 'ready'));
    // Known from the header already, as the decoder sees it.
    expect(rows.slice(0, 8).map((row) => `${row.orientation}: ${row.width}x${row.height}`)).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((orientation) => `${orientation}: ${orientation >= 5 ? '30x60' : '60x30'}`));
    for (const row of rows.filter((one) => one.made)) {
      const thumbnail = await sharp(await site.store.getBytes(objectKeys.thumbnail(id, row.number), 1e6)).metadata();
      expect(`${thumbnail.width}x${thumbnail.height}`).toBe(`${row.width}x${row.height}`);
    }
    expect(await site.findings(id)).toMatchObject([{ code: 'image-broken', entry: 'images/000011.jpg' }]);
    // Out of training: neither counted nor handed on as a good one.
    expect(await site.backend.app.get(DatasetAccess).labeledCounts(id)).toEqual({ train: 11, val: 0, unassigned: 0 });
    const listed: string[] = [];
    for await (const { number, state } of site.backend.app.get(DatasetImages).list(id)) if (state === 'broken') listed.push(`${number}`);
    expect(listed).toEqual(['11']);
    expect(rows.find((row) => row.number === 9)?.object_key).toBe(`datasets/${id}/images/000009.png`);
    expect(await site.sha256(`datasets/${id}/uploads/1.zip`)).toHaveLength(64);
  });
});

describe('unpacking', () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.open(0);
  });
  afterAll(() => site.close());

  it('that was cut off goes on behind what is noted, over what was left unnoted, right or wrong', async () => {
    const files = await Promise.all(Array.from({ length: 450 }, (_, index) => photo(`resume ${index}`, { side: 20 })));
    const id = await site.upload(await zipOf(packageOf(files)));
    const job = await site.claim();
    const cut = new AbortController();
    const unpacking = site.unpack(job, cut.signal);
    await eventually('the first window', async () => (await site.imported(id)).done > 0);
    cut.abort();
    await expect(unpacking).rejects.toThrow();
    const { done, total, state } = await site.imported(id);
    expect([total, state]).toEqual([450, 'running']);
    expect(done).toBeLessThan(450);
    expect((await site.rows(id)).filter((row) => row.object_key !== null)).toHaveLength(done);
    expect(await site.queued(id)).toBe(done);
    await site.backend.app.get(ImportQueue).putBack(job, 0);
    // The next one was written before the end came; the last has got other bytes from somebody.
    await site.store.put(objectKeys.image(id, done + 1, 'jpg'), files[done] ?? Buffer.alloc(0));
    await site.store.put(objectKeys.image(id, 450, 'jpg'), Buffer.from('not this image'));
    await site.unpack(await site.claim());
    expect(await site.imported(id)).toMatchObject({ state: 'completed', done: 450, refused: 0 });
    await site.expectUnpacked(id);
    expect(await site.queued(id)).toBe(450);
    expect(await site.findings(id)).toEqual([]);
  });

  it('refuses an image whose bytes in the zip were changed, and takes the others', async () => {
    const files = await Promise.all(Array.from({ length: 6 }, (_, index) => photo(`swap ${index}`)));
    const zip = await zipOf(packageOf(files));
    const id = await site.upload(zip);
    const damaged = Buffer.from(zip);
    // A byte of the fifth file, which is stored as it is.
    const at = damaged.indexOf(files[4]?.subarray(-60, -20) ?? Buffer.alloc(0));
    expect(at).toBeGreaterThan(0);
    damaged.writeUInt8(damaged.readUInt8(at) ^ 0xff, at);
    await site.store.put(`datasets/${id}/uploads/1.zip`, damaged);
    await site.unpack(await site.claim());
    expect(await site.imported(id)).toMatchObject({ state: 'completed', done: 5, total: 6, refused: 1 });
    await site.expectUnpacked(id, ['images/000005.jpg']);
    expect(await site.findings(id)).toMatchObject([{ code: 'image-changed', entry: 'images/000005.jpg' }]);
  });

  it('stops without a word when another has taken it over, and both together spoil nothing', async () => {
    const id = await site.upload(await zipOf(packageOf(await Promise.all(Array.from({ length: 8 }, (_, index) => photo(`two ${index}`))))));
    const late = await site.claim();
    await site.pool.query("update dataset_imports set leased_until = now() - interval '1 s' where id = $1", [late.id]);
    const winner = await site.claim();
    expect(winner).toMatchObject({ id: late.id, attempts: 2 });
    await Promise.all([site.unpack(late), site.unpack(winner)]);
    expect(await site.imported(id)).toMatchObject({ state: 'completed', done: 8, refused: 0 });
    await site.expectUnpacked(id);
    expect(await site.queued(id)).toBe(8);
  });

  it('of a large image streams, and takes none with other bytes', async () => {
    const large = await sharp({ create: { width: 2_400, height: 2_000, channels: 3, background: '#000', noise: { type: 'gaussian', mean: 128, sigma: 50 } } }).png({ compressionLevel: 0 }).toBuffer();
    expect(large.length).toBeGreaterThan(8_000_000);
    const zip = await zipOf(packageOf([large, await photo('small')]));
    const id = await site.upload(zip);
    await site.unpack(await site.claim());
    await site.expectUnpacked(id);
    const swapped = await site.upload(zip);
    // The archive is whole, the row wants other bytes.
    await site.pool.query("update dataset_images set sha256 = decode(repeat('ab', 32), 'hex') where dataset_id = $1 and number = 1", [swapped]);
    await site.unpack(await site.claim());
    expect(await site.imported(swapped)).toMatchObject({ done: 1, refused: 1 });
    expect(await site.store.head(objectKeys.image(swapped, 1, 'png'))).toBeNull();
  });

  it('shows rate and time left while it runs, and to nobody who may not see the dataset', async () => {
    const id = await site.upload(await zipOf(packageOf(await Promise.all(Array.from({ length: 4 }, (_, index) => photo(`rate ${index}`))))));
    expect(await site.imported(id)).toMatchObject({ state: 'waiting', done: 0, total: 4, rate_per_second: null, seconds_left: null });
    const job = await site.claim();
    await site.pool.query("update dataset_imports set started_at = started_at - interval '2 s' where id = $1", [job.id]);
    await site.backend.app.get(ImportQueue).progress(job, { done: 2, total: 4, refused: 1 });
    const running = await site.imported(id);
    expect(running).toMatchObject({ state: 'running', done: 2, total: 4, refused: 1 });
    expect(running.rate_per_second).toBeGreaterThan(0.2);
    expect(running.seconds_left).toBeCloseTo(1 / (running.rate_per_second ?? 1), 5);
    expect((await fetch(`${site.backend.url}/api/v1/datasets/${id}/imports`)).status).toBe(401);
    expect(await site.get('datasets/platform-nobody-00000000/imports')).toMatchObject({ status: 404, code: 'not-found' });
  });
});

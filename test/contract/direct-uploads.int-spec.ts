import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { plannedZip } from '@app/archive';
import { generateDemoDataset } from '@app/dice-format';
import { S3ObjectStore } from '@app/object-store';
import { CommandBus } from '@nestjs/cqrs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SweepUploadsCommand } from '../../apps/backend/src/modules/dataset/application/commands/sweep-uploads/sweep-uploads.command.js';
import { ZipValidation } from '../../apps/backend/src/modules/dataset/application/zip-validation.js';
import { ImportPoller, ImportQueue } from '../../apps/backend/src/modules/dataset/index.js';
import { UnitOfWork } from '../../apps/backend/src/platform/database/unit-of-work.js';
import { startBackend, type BackendUnderTest } from './backend-under-test.js';
import { startOwnStore, type OwnStore } from './own-store.js';
import { People, type Answer } from './people.js';
import { isLiveView } from './until-quiet.js';

const PART = 5 * 1024 * 1024;

interface Part {
  readonly part_number: number;
  readonly size_bytes: number;
  readonly url: string;
  readonly headers: Record<string, string>;
}
interface Upload {
  readonly id: string;
  readonly state: string;
  readonly part_count: number;
  readonly part_bytes: number;
  readonly received_bytes: number;
  readonly received_parts: readonly { readonly part_number: number }[];
  readonly missing_parts: readonly Part[];
  readonly next_after: number | null;
  readonly dataset_id: string | null;
}

let own: OwnStore;
let backend: BackendUnderTest;
let people: People;
let store: S3ObjectStore;
let pool: pg.Pool;
let token: string;

beforeAll(async () => {
  own = await startOwnStore();
  backend = await startBackend({ ...own.environment, MAX_UPLOAD_BYTES: '100000000' });
  people = new People(backend);
  token = await people.logInAdmin();
  store = new S3ObjectStore(own.options);
  pool = new pg.Pool({ connectionString: backend.databaseUrl });
});
afterAll(async () => {
  store.close();
  await pool.end();
  await backend.close();
  await own.close();
});

type Entry = { readonly name: string; readonly bytes: Uint8Array };
async function zipOf(entries: readonly Entry[]): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of plannedZip(entries.map(({ name, bytes }) => ({ name, sizeBytes: bytes.length, crc32: crc32(bytes), open: () => [bytes] }))).stream()) chunks.push(chunk);
  return Buffer.concat(chunks);
}
/** A demo dataset; with `filler`, of several parts. */
const demo = (filler = 0): Promise<Buffer> => zipOf([...generateDemoDataset({ images: 12, seed: 5 }).entries, ...(filler === 0 ? [] : [{ name: 'notes/filler.bin', bytes: randomBytes(filler) }])]);

const begin = (zip: Buffer, body: Record<string, unknown> = {}): Promise<Answer<Upload>> => people.call<Upload>('POST', 'datasets/uploads', { token, body: { size_bytes: zip.length, part_bytes: PART, ...body } });
const look = (id: string, query = ''): Promise<Answer<Upload>> => people.call<Upload>('GET', `datasets/uploads/${id}${query}`, { token });
const complete = (id: string): Promise<Answer<Record<string, unknown> & { id: string }>> => people.call('POST', `datasets/uploads/${id}/complete`, { token });

async function put(zip: Buffer, part: Part): Promise<number> {
  const start = (part.part_number - 1) * PART;
  const body = zip.subarray(start, start + part.size_bytes);
  return (await fetch(part.url, { method: 'PUT', headers: part.headers, body: body as unknown as Uint8Array<ArrayBuffer> })).status;
}

async function putAll(zip: Buffer, body: Record<string, unknown> = {}): Promise<string> {
  const { body: upload } = await begin(zip, body);
  for (const part of upload.missing_parts) expect(await put(zip, part)).toBe(200);
  return upload.id;
}

/** Lets the worker run until the upload has come to its end. */
async function validated(id: string): Promise<Record<string, unknown>> {
  const { app } = backend;
  const validation = app.get(ZipValidation, { strict: false });
  const poller = new ImportPoller({ queue: app.get(ImportQueue, { strict: false }), unitOfWork: app.get(UnitOfWork, { strict: false }), kind: 'validate-zip', work: (job, signal) => validation.run(job, signal) });
  poller.start();
  try {
    for (let tries = 0; tries < 300; tries += 1) {
      const { body } = await people.call('GET', `uploads/${id}`, { token });
      if (body['state'] === 'completed' || body['state'] === 'refused') return body;
      await sleep(50);
    }
    throw new Error('the zip was not validated within 15 seconds');
  } finally {
    await poller.stop();
  }
}

/** Everything that an upload which came to nothing must not leave. */
async function residue(): Promise<unknown> {
  const counts: Record<string, unknown> = {};
  for (const table of ['datasets', 'dataset_classes', 'dataset_images', 'dataset_members', 'dataset_findings']) counts[table] = (await pool.query(`select count(*)::int as n from ${table}`)).rows;
  counts['events'] = (await pool.query(`select count(*)::int as n from outbox where type not like 'vision.dataset.import.%'`)).rows;
  const keys: string[] = [];
  for await (const { key } of store.list('')) if (!isLiveView(key)) keys.push(key);
  return { counts, keys, open: await store.abortStaleUploads('', new Date(Date.now() + 60_000)) };
}

describe('a zip that is put straight into the bucket', () => {
  it('becomes the dataset that the form makes of it, and goes on after a closed tab', async () => {
    const zip = await demo(2 * PART + 1_000);
    const begun = await begin(zip, { file_name: '데이터 #1.zip', name: '직접 올린 것', visibility: 'public' });
    expect(begun).toMatchObject({ status: 201, body: { state: 'open', part_count: 3, part_bytes: PART, received_bytes: 0, next_after: null, file_name: '데이터 #1.zip' } });
    const [first, second, third] = begun.body.missing_parts;
    if (first === undefined || second === undefined || third === undefined) throw new Error('three parts are expected');
    expect(await put(zip, second)).toBe(200);
    // The tab is closed here; a new one asks.
    const again = await look(begun.body.id);
    expect(again.body).toMatchObject({ received_bytes: PART, received_parts: [{ part_number: 2 }] });
    expect(again.body.missing_parts.map((part) => part.part_number)).toEqual([1, 3]);
    expect(await complete(begun.body.id)).toMatchObject({ status: 409, body: { code: 'state-conflict', errors: [{ code: 'part-missing' }, { code: 'part-missing' }] } });
    const paged = await look(begun.body.id, '?limit=1');
    expect(paged.body).toMatchObject({ next_after: 1 });
    expect((await look(begun.body.id, '?limit=1&after=1')).body.missing_parts.map((part) => part.part_number)).toEqual([3]);
    for (const part of again.body.missing_parts) expect(await put(zip, part)).toBe(200);

    const taken = await complete(begun.body.id);
    expect(taken).toMatchObject({ status: 202, body: { status: 'validating', name: '직접 올린 것', visibility: 'public', num_images: 12, size_bytes: zip.length, role: 'owner', labels_loaded: false } });
    // A repeat, and a part that is put again, change nothing.
    expect((await complete(begun.body.id)).body.id).toBe(taken.body.id);
    expect(await put(zip, second)).toBe(404);
    const id = taken.body.id;
    expect(await people.call('POST', 'training/start', { token, body: { dataset_id: id } })).toMatchObject({ status: 422, body: { errors: expect.arrayContaining([expect.objectContaining({ code: 'not-validated', pointer: '/dataset_id' })]) } });
    expect(await people.call('GET', `datasets/${id}/download`, { token })).toMatchObject({ status: 409, body: { code: 'state-conflict' } });

    expect(await validated(begun.body.id)).toMatchObject({ state: 'completed', dataset_id: id });
    const form = new FormData();
    form.set('file', new Blob([zip as Uint8Array<ArrayBuffer>]), 'x.zip');
    const relayed = (await people.call('POST', 'datasets/upload', { token, form })).body;
    const { body: ready } = await people.call('GET', `datasets/${id}`, { token });
    const same = ['task_type', 'num_images', 'num_classes', 'num_labeled', 'classes', 'splits', 'content_hash', 'size_bytes', 'warnings', 'status'];
    expect(same.map((field) => ready[field])).toEqual(same.map((field) => relayed[field]));
    expect((await pool.query('select upload from datasets where id = $1', [id])).rows).toEqual([{ upload: { key: `datasets/${id}/uploads/1.zip`, sizeBytes: zip.length, sha256: createHash('sha256').update(zip).digest('hex') } }]);
    expect((await pool.query(`select count(*)::int as n from outbox where type = 'vision.dataset.dataset.uploaded.v1' and outbox::text like '%' || $1 || '%'`, [id])).rows).toEqual([{ n: 1 }]);
    const staged: string[] = [];
    for await (const { key } of store.list('staging/')) staged.push(key);
    expect(staged).toEqual([]);
  });

  it('is refused at once for what its labels say, with every finding, and leaves nothing', async () => {
    const entries = generateDemoDataset({ images: 4 }).entries.map((entry) => (entry.name.endsWith('annotations.json') ? { ...entry, bytes: Buffer.from(Buffer.from(entry.bytes).toString().replace(/"class_id":\s*\d+/, '"class_id":77').replace(/"format_version":\s*"[^"]*"/, '"format_version":"9.0"')) } : entry));
    const before = await residue();
    const id = await putAll(await zipOf(entries));
    const refused = await complete(id);
    expect(refused).toMatchObject({ status: 422, body: { code: 'validation-failed' } });
    expect(refused.body['errors']).toEqual(expect.arrayContaining([expect.objectContaining({ code: 'unknown-class' }), expect.objectContaining({ code: 'invalid-field' })]));
    expect((await look(id)).body).toMatchObject({ state: 'refused', code: 'validation-failed' });
    expect(await complete(id)).toMatchObject({ status: 422, body: { code: 'validation-failed' } });
    expect(await residue()).toEqual(before);
  });

  it.each([
    ['no zip at all', async (): Promise<Buffer> => randomBytes(100_000), 'unsafe-archive'],
    ['a zip that is cut off', async (): Promise<Buffer> => (await demo()).subarray(0, -200), 'unsafe-archive'],
    ['a way out of the archive', async (): Promise<Buffer> => zipOf([...generateDemoDataset({ images: 2 }).entries, { name: '../evil.png', bytes: Buffer.from('x') }]), 'unsafe-archive'],
  ])('is refused at once for %s', async (_, make, code) => {
    const before = await residue();
    const id = await putAll(await make());
    expect(await complete(id)).toMatchObject({ status: 422, body: { code } });
    expect(await residue()).toEqual(before);
  });

  it.each([
    ['a byte of an image that was changed', async (): Promise<Buffer> => {
      const zip = Buffer.from(await demo());
      const at = zip.indexOf('IDAT') + 20;
      zip.writeUInt8((zip[at] ?? 0) ^ 255, at);
      return zip;
    }, 'unsafe-archive'],
    ['an image that is none', async (): Promise<Buffer> => zipOf(generateDemoDataset({ images: 3 }).entries.map((entry) => (/\.(png|jpg)$/.test(entry.name) ? { ...entry, bytes: Buffer.from('<svg/>') } : entry))), 'unsupported-image'],
  ])('is refused by the worker for %s, and the dataset is gone with all of it', async (_, make, code) => {
    const before = await residue();
    const id = await putAll(await make());
    const taken = await complete(id);
    expect(taken).toMatchObject({ status: 202, body: { status: 'validating' } });
    const end = await validated(id);
    expect(end).toMatchObject({ state: 'refused', code });
    expect(end['errors']).not.toEqual([]);
    expect((await people.call('GET', `datasets/${taken.body.id}`, { token })).status).toBe(404);
    expect(await residue()).toEqual(before);
  });

  it('can be given up until it is completed', async () => {
    const before = await residue();
    const zip = await demo();
    const { body } = await begin(zip);
    expect((await people.call('DELETE', `datasets/uploads/${body.id}`, { token })).status).toBe(204);
    expect((await look(body.id)).status).toBe(404);
    for (const part of body.missing_parts) expect(await put(zip, part)).toBe(404);
    expect(await residue()).toEqual(before);
    const id = await putAll(zip);
    await complete(id);
    expect(await people.call('DELETE', `datasets/uploads/${id}`, { token })).toMatchObject({ status: 409, body: { code: 'state-conflict' } });
    await validated(id);
  });

  it('is its uploader\'s only, and of a size and parts that the store takes', async () => {
    const zip = await demo();
    const { body } = await begin(zip);
    const other = await people.makeUser();
    for (const [method, path] of [['GET', ''], ['DELETE', ''], ['POST', '/complete']] as const) expect((await people.call(method, `datasets/uploads/${body.id}${path}`, { token: other.token })).status).toBe(404);
    expect((await people.call('POST', 'datasets/uploads', { token: await people.makeKey(token, ['read']), body: { size_bytes: 5 } })).status).toBe(403);
    expect(await begin(zip, { size_bytes: 100_000_001 })).toMatchObject({ status: 413, body: { code: 'too-large' } });
    for (const wrong of [{ size_bytes: 0 }, { part_bytes: PART - 1 }, { visibility: 'secret' }, { unknown: 1 }]) expect((await begin(zip, wrong)).status).toBe(422);
    const [part] = body.missing_parts;
    expect((await fetch(part?.url ?? '', { method: 'PUT', body: 'shorter' })).status).toBe(403);
    await people.call('DELETE', `datasets/uploads/${body.id}`, { token });
    for (let opened = 0; opened < 20; opened += 1) expect((await begin(zip)).status).toBe(201);
    expect(await begin(zip)).toMatchObject({ status: 429, body: { code: 'rate-limited', limit: 20 } });
  });

  it('is swept after a day when nobody completes it, and opened again when its process was killed', async () => {
    const sweep = (): Promise<unknown> => backend.app.get(CommandBus, { strict: false }).execute(new SweepUploadsCommand());
    await pool.query(`update dataset_uploads set started_at = now() - interval '25 hours' where state = 'open'`);
    await sweep();
    expect((await pool.query(`select count(*)::int as n from dataset_uploads where state = 'open'`)).rows).toEqual([{ n: 0 }]);
    expect(await store.abortStaleUploads('', new Date(Date.now() + 60_000))).toBe(0);
    const id = await putAll(await demo());
    await pool.query(`update dataset_uploads set state = 'registering', dataset_id = 'platform-gone-00000000', updated_at = now() - interval '5 minutes' where id = $1`, [id]);
    await sweep();
    expect((await look(id)).body).toMatchObject({ state: 'open', dataset_id: null });
    expect((await complete(id)).status).toBe(202);
    expect(await validated(id)).toMatchObject({ state: 'completed' });
  });

  it('is validated by another process when the first one died', async () => {
    const id = await putAll(await demo());
    const taken = await complete(id);
    const queue = backend.app.get(ImportQueue, { strict: false });
    const job = await queue.claim('validate-zip');
    if (job === null) throw new Error('there is nothing to validate');
    await pool.query(`update dataset_imports set leased_until = now() - interval '1 second' where id = $1`, [job.id]);
    expect(await validated(id)).toMatchObject({ state: 'completed' });
    // The one that was thought dead cannot write any more.
    await expect(backend.app.get(ZipValidation, { strict: false }).run(job, new AbortController().signal)).rejects.toThrow();
    expect((await people.call('GET', `datasets/${taken.body.id}`, { token })).body).toMatchObject({ status: 'ready', num_images: 12 });
  });
});

import { randomBytes } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { S3ObjectStore, S3MultipartUploads } from '@app/object-store';
import pg from 'pg';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fsck } from '../../apps/backend/src/fsck/fsck.js';
import { runFsck } from '../../apps/backend/src/fsck.main.js';
import { startTestNats, type TestNats } from '@app/testing';
import { startBackend, type BackendUnderTest } from './backend-under-test.js';
import { startOwnStore, type OwnStore } from './own-store.js';
import { People } from './people.js';

/** Each difference is planted and seen, alone; a dataset that lived through much has none. */
let store: OwnStore;
let nats: TestNats;
let backend: BackendUnderTest;
let people: People;
let token: string;
let bucket: S3ObjectStore;
let pool: pg.Pool;
let id: string;

const picture = (): Promise<Buffer> => sharp(randomBytes(40 * 40 * 3), { raw: { width: 40, height: 40, channels: 3 } }).png().toBuffer();

async function call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Record<string, unknown>> {
  const answer = await people.call(method, path, { token, ...(body === undefined ? {} : { body }), ...(headers === undefined ? {} : { headers }) });
  expect(answer.status, `${method} ${path}: ${JSON.stringify(answer.body)}`).toBeLessThan(303);
  return answer.body;
}

async function addImages(names: readonly string[], onConflict?: string): Promise<void> {
  const form = new FormData();
  if (onConflict !== undefined) form.append('on_conflict', onConflict);
  for (const name of names) form.append('file', new Blob([new Uint8Array(await picture())], { type: 'image/png' }), name);
  expect((await people.call('POST', `datasets/${id}/images`, { token, form })).status).toBe(200);
}

const version = async (): Promise<void> => {
  const { version: made } = await call('POST', `datasets/${id}/snapshots`, {});
  await call('GET', `datasets/${id}/snapshots/${String(made)}/download?wait=25`);
};

async function codes(options: { deep?: boolean; datasetId?: string } = {}): Promise<string[]> {
  const found: string[] = [];
  for await (const one of fsck({ databaseUrl: backend.databaseUrl, store: bucket, graceMinutes: 0, ...options })) found.push(one.code);
  return found;
}

/** Builders say in the bucket what they made some moments after they said it in the database. */
async function atRest(): Promise<void> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, 200))) if ((await codes()).length === 0) return;
}

beforeAll(async () => {
  store = await startOwnStore();
  // Builds are asked for by events: the backends of other files must not take them.
  nats = await startTestNats();
  backend = await startBackend({ ...store.environment, NATS_URL: nats.url });
  people = new People(backend);
  token = await people.logInAdmin();
  bucket = new S3ObjectStore(store.options);
  pool = new pg.Pool({ connectionString: backend.databaseUrl, max: 2 });
  id = await people.createDataset(token, { classes: [{ name: 'one' }, { name: 'two' }, { name: 'three' }] });
  await addImages(['a.png', 'b.png', 'c.png']);
  await call('PATCH', `datasets/${id}/annotations/1`, { annotation: { class_id: 1, bbox: [1, 1, 5, 5] } }, { 'if-match': '"1"' });
  await call('PATCH', `datasets/${id}/annotations/2`, { annotation: { class_id: 2, bbox: [1, 1, 5, 5] } }, { 'if-match': '"1"' });
  await version();
  await call('PATCH', `datasets/${id}/annotations/1`, { status: 'reviewed' }, { 'if-match': '"2"' });
  await call('POST', `datasets/${id}/images/bulk`, { ids: [1, 3], action: 'split', split: 'val' });
  await addImages(['b.png'], 'replace');
  await call('DELETE', `datasets/${id}/images/3`);
  await version();
  await call('POST', `datasets/${id}/images/bulk`, { ids: [3], action: 'restore' });
  await call('POST', `datasets/${id}/classes/2/merge`, { into: 0 }, { 'if-match': '"1"' });
  await version();
  await call('DELETE', `datasets/${id}/snapshots/2?keep_manifest=true`);
  await addImages(['d.png']);
  await version();
  await call('DELETE', `datasets/${id}/snapshots/4`);
  await atRest();
}, 120_000);
afterAll(async () => {
  await pool?.end();
  bucket?.close();
  await backend?.close();
  await nats?.close();
  await store?.close();
});

type Undo = () => Promise<unknown>;
const at = (name: string): string => `datasets/${id}/${name}`;
async function instead(key: string, change: (bytes: Uint8Array) => Uint8Array | null): Promise<Undo> {
  const before = (await bucket.head(key)) === null ? null : await bucket.getBytes(key, 10_000_000);
  const after = change(before ?? new Uint8Array(0));
  if (after === null) await bucket.delete([key]);
  else await bucket.put(key, after);
  return () => (before === null ? bucket.delete([key]) : bucket.put(key, before));
}
const gone = (name: string): Promise<Undo> => instead(at(name), () => null);
const longer = (name: string): Promise<Undo> => instead(at(name), (bytes) => Buffer.concat([bytes, Buffer.from([0])]));
const left = (key: string): Promise<Undo> => instead(key, () => new Uint8Array([1]));
const flipped = (name: string, where: (bytes: Buffer) => number): Promise<Undo> =>
  instead(at(name), (bytes) => {
    const copy = Buffer.from(bytes);
    const offset = where(copy);
    copy[offset] = (copy[offset] ?? 0) ^ 1;
    return copy;
  });
const replaced = (name: string, from: string, to: string): Promise<Undo> => instead(at(name), (bytes) => Buffer.from(Buffer.from(bytes).toString().replace(from, to)));

const repacked = (name: string, from: string, to: string): Promise<Undo> => instead(at(name), (bytes) => gzipSync(gunzipSync(bytes).toString().replace(from, to)));

async function sql(change: string, back: string): Promise<Undo> {
  await pool.query(change.replaceAll('ID', `'${id}'`));
  return () => pool.query(back.replaceAll('ID', `'${id}'`));
}
const firstChange = 'select min(seq) from dataset_changes where dataset_id = ID';
const FAULTS: [string, string, () => Promise<Undo>][] = [
  ['an image without its object', 'image-missing', () => gone('images/000001.png')],
  ['an image of another size', 'image-size', () => longer('images/000001.png')],
  ['an object without an image', 'image-orphan', () => left(at('images/000099.png'))],
  ...['thumbnails/000099.webp', 'previews/000099.webp', 'masks/000099.png'].map((name): [string, string, () => Promise<Undo>] => [`${name} of no image`, 'derived-orphan', () => left(at(name))]),
  ['a thumbnail that is gone', 'derived-missing', () => sql('update dataset_images set thumbnail_at = now() where dataset_id = ID and number = 1', 'update dataset_images set thumbnail_at = null where dataset_id = ID and number = 1')],
  ['a head before its history', 'history-broken', () => sql('update dataset_images set revision = revision + 1 where dataset_id = ID and number = 1', 'update dataset_images set revision = revision - 1 where dataset_id = ID and number = 1')],
  ['a hole in a history', 'history-broken', () => sql(`update dataset_changes set revision = 90 where dataset_id = ID and number = 1 and revision = 2`, 'update dataset_changes set revision = 2 where dataset_id = ID and number = 1 and revision = 90')],
  ['a gap in the changes', 'sequence-gap', () => sql(`update dataset_changes set seq = -seq where dataset_id = ID and seq = (${firstChange})`, `update dataset_changes set seq = -seq where dataset_id = ID and seq = (${firstChange})`)],
  ['a change too many', 'sequence-gap', () => sql('update datasets set change_seq = change_seq - 1 where id = ID', 'update datasets set change_seq = change_seq + 1 where id = ID')],
  ...['num_images', 'num_labeled', 'image_bytes'].map((name): [string, string, () => Promise<Undo>] => [`a wrong ${name}`, 'counter-differs', () => sql(`update datasets set ${name} = ${name} + 1 where id = ID`, `update datasets set ${name} = ${name} - 1 where id = ID`)]),
  ['wrong counts of splits', 'counter-differs', () => sql(`update datasets set splits = jsonb_set(splits, '{test}', '7') where id = ID`, `update datasets set splits = jsonb_set(splits, '{test}', '0') where id = ID`)],
  ['a wrong count of a class', 'counter-differs', () => sql('update dataset_classes set image_count = image_count + 1 where dataset_id = ID and class_id = 0', 'update dataset_classes set image_count = image_count - 1 where dataset_id = ID and class_id = 0')],
  ['a zip that is gone', 'zip-missing', () => gone('snapshots/v1.zip')],
  ['a zip of another size', 'zip-size', () => longer('snapshots/v1.zip')],
  ['a zip whose directory names another CRC', 'zip-manifest', () => flipped('snapshots/v1.zip', (bytes) => bytes.indexOf(Buffer.from('PK\x01\x02', 'latin1')) + 16)],
  ['a zip without its end', 'zip-unreadable', () => flipped('snapshots/v1.zip', (bytes) => bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1')))],
  ['a manifest that is gone', 'manifest-missing', () => gone('snapshots/v1.json')],
  ['a manifest of another content', 'manifest-differs', () => repacked('snapshots/v1.json', '"content_hash":"', '"content_hash":"x')],
  ['a manifest of another zip', 'manifest-differs', () => repacked('snapshots/v1.json', '"sha256":"', '"sha256":"x')],
  ['a manifest that is cut', 'manifest-differs', () => repacked('snapshots/v1.json', '\n]}\n', '')],
  ['a packed manifest that is cut', 'manifest-differs', () => instead(at('snapshots/v1.json'), (bytes) => bytes.subarray(0, -12))],
  ['a packed manifest that is damaged', 'manifest-differs', () => flipped('snapshots/v1.json', (bytes) => bytes.length >> 1)],
  ['a manifest that is none', 'manifest-differs', () => instead(at('snapshots/v1.json'), () => Buffer.from('no'))],
  ['a tail that is gone', 'tail-missing', () => gone('snapshots/v2.tail')],
  ['a tail of another size', 'tail-missing', () => longer('snapshots/v2.tail')],
  ['a tail that nobody needs', 'tail-left', () => sql(`update snapshots set tail = null where dataset_id = ID and version = 2`, `update snapshots set tail = jsonb_build_object('key', 'datasets/' || ID || '/snapshots/v2.tail', 'size_bytes', ${'(size_bytes - (region->>\'bytes\')::bigint)'}) where dataset_id = ID and version = 2`)],
  ['a zip of a version without one', 'zip-left', () => left(at('snapshots/v2.zip'))],
  ['another latest version', 'latest-wrong', () => replaced('snapshots/latest.json', '"version":3', '"version":1')],
  ['no latest version', 'latest-wrong', () => gone('snapshots/latest.json')],
  ['a zip of a deleted version', 'deleted-left', () => left(at('snapshots/v4.zip'))],
  ['a version without a row', 'snapshot-orphan', () => left(at('snapshots/v77.zip'))],
  ['a stranger among versions', 'snapshot-orphan', () => left(at('snapshots/v1.zip.part'))],
  ['objects of no dataset', 'dataset-orphan', () => left('datasets/platform-gone-00000000/images/000001.png')],
  ['a model of no job', 'model-orphan', () => left('models/0190f3c1-0000-7000-8000-000000000000/final-model.onnx')],
  ['a staged object', 'staging-left', () => left('staging/0190f3c1-0000-7000-8000-000000000000/image')],
  ['an event that waits', 'outbox-waiting', () => sql(`insert into outbox (id, stream, type, event) select gen_random_uuid(), 'NOWHERE', 'x', '{}'`, `delete from outbox where stream = 'NOWHERE'`)],
];

async function expectAlone(code: string, plant: () => Promise<Undo>): Promise<void> {
  const undo = await plant();
  try {
    expect(new Set(await codes())).toEqual(new Set([code]));
  } finally {
    await undo();
  }
  expect(await codes()).toEqual([]);
}

describe('fsck', () => {
  it('finds nothing in a dataset that lived through much', async () => {
    expect(await codes({ deep: true })).toEqual([]);
  });

  it.each(FAULTS)('sees %s', (_, code, plant) => expectAlone(code, plant));

  it('reads manifests of before, which were not packed', async () => {
    const undo = await instead(at('snapshots/v1.json'), (bytes) => gunzipSync(bytes));
    expect(await codes()).toEqual([]);
    await undo();
  });

  it('sees other bytes of the same length only where it reads them', async () => {
    for (const [name, code, offset] of [['images/000001.png', 'image-sha256', 50], ['snapshots/v1.zip', 'zip-sha256', 80]] as const) {
      const undo = await flipped(name, () => offset);
      expect([await codes(), await codes({ deep: true })]).toEqual([[], [code]]);
      await undo();
    }
  });

  it('sees bytes from before a replacement that no kept version has, once the sweep had its time, and misses those that one has', async () => {
    const { rows } = await pool.query<{ key: string }>(`select body->'before'->>'key' as key from dataset_changes where dataset_id = $1 and kind = 'image-replaced'`, [id]);
    const older = (rows[0]?.key ?? '').slice(at('').length);
    await expectAlone('image-missing', () => gone(older));
    // Version 1 is the only one that was made before the replacement.
    const unneeded = await sql('update snapshots set position = position + 1000 where dataset_id = ID and version = 1', 'update snapshots set position = position - 1000 where dataset_id = ID and version = 1');
    expect(await codes()).toEqual([]);
    const earlier = (days: number): [string, string] => [`update dataset_changes set at = at - interval '${days} days' where dataset_id = ID and kind = 'image-replaced'`, `update dataset_changes set at = at + interval '${days} days' where dataset_id = ID and kind = 'image-replaced'`];
    await expectAlone('image-superseded', () => sql(...earlier(3)));
    const waiting = await sql(...earlier(2));
    expect(await codes()).toEqual([]);
    await waiting();
    await unneeded();
  });

  it('sees two versions of one content', async () => {
    await pool.query('drop index snapshots_content');
    const hash = (await pool.query<{ hash: string }>('select content_hash as hash from snapshots where dataset_id = $1 and version = 3', [id])).rows[0]?.hash ?? '';
    await pool.query('update snapshots set content_hash = (select content_hash from snapshots where dataset_id = $1 and version = 1) where dataset_id = $1 and version = 3', [id]);
    expect((await codes()).sort()).toEqual(['content-twice', 'manifest-differs']);
    await pool.query('update snapshots set content_hash = $2 where dataset_id = $1 and version = 3', [id, hash]);
    expect(await codes()).toEqual([]);
  });

  it('sees an open multipart upload, and leaves it open', async () => {
    const uploads = new S3MultipartUploads(store.options);
    const uploadId = await uploads.begin(at('snapshots/v9.zip'), 'application/zip');
    expect([await codes(), await codes({ datasetId: id })]).toEqual([['upload-open'], ['upload-open']]);
    await uploads.abort(at('snapshots/v9.zip'), uploadId);
    uploads.close();
    expect(await codes()).toEqual([]);
  });

  it('sees a checkpoint without its object, and one of another size', async () => {
    const job = '0190f3c1-0000-7000-8000-000000000001';
    const key = `models/${job}/final-model.onnx`;
    await pool.query(`insert into training_jobs (id, dataset_id, dataset_name, requested_by, model, hyperparameters, state, epochs, created_at, revision) values ($1, $2, 'x', $1, 'm', '{}', 'completed', 1, now(), 1)`, [job, id]);
    await pool.query(`insert into training_checkpoints (job_id, key, epoch, kind, size_bytes, sha256, attempt) values ($1, $2, 1, 'model', 5, 'x', 1)`, [job, key]);
    expect(await codes()).toEqual(['model-missing']);
    await left(key);
    expect(await codes()).toEqual(['model-size']);
    const report = `models/${job}/metrics.json`;
    await pool.query('update training_checkpoints set size_bytes = 1 where job_id = $1', [job]);
    await pool.query(`insert into training_minted_uploads (job_id, key, kind, size_bytes, sha256) values ($1, $2, 'metrics', 1, 'x')`, [job, report]);
    expect(await codes()).toEqual(['metrics-missing']);
    for (const key of [report, `models/${job}/metrics-attempt-1.json`]) await left(key);
    expect(await codes()).toEqual(['model-orphan']);
    await bucket.delete([report, `models/${job}/metrics-attempt-1.json`]);
    await pool.query('delete from training_jobs where id = $1', [job]);
    await bucket.delete([key]);
    expect(await codes()).toEqual([]);
  });

  it('is a route of the administrator', async () => {
    const someone = await people.makeUser('someone');
    for (const method of ['GET', 'POST']) expect((await people.call(method, 'maintenance/fsck', { token: someone.token, ...(method === 'POST' ? { body: {} } : {}) })).status).toBe(403);
    const last = (): Promise<Record<string, unknown>> => call('GET', 'maintenance/fsck');
    await expect.poll(async () => (await last())['state'], { timeout: 20_000 }).toBe('done');
    expect(await last()).toMatchObject({ deep: false, count: 0, differences: [] });
    const undo = await longer('images/000001.png');
    await call('POST', 'maintenance/fsck', { deep: true, dataset_id: id });
    await expect.poll(async () => (await last())['state'], { timeout: 20_000 }).toBe('done');
    expect(await last()).toMatchObject({ deep: true, dataset_id: id, count: 1, differences: [{ code: 'image-size' }] });
    await undo();
  });

  it('is a command: 0 where all agrees, 1 with each difference, 2 where it cannot look', async () => {
    const environment = { ...store.environment, DATABASE_URL: backend.databaseUrl };
    const printed: string[] = [];
    const run = (changed: Record<string, string> = {}, graceMinutes = 0): Promise<number> => runFsck({ ...environment, ...changed }, { json: true, deep: false, graceMinutes }, (text) => printed.push(text));
    expect(await run()).toBe(0);
    const undo = await left(at('images/000099.png'));
    expect([await run(), await run({}, 60)]).toEqual([1, 0]);
    await undo();
    expect(JSON.parse(printed[0] ?? '')).toMatchObject({ code: 'image-orphan', where: at('images/000099.png') });
    expect(await run({ S3_ENDPOINT: 'http://127.0.0.1:9' })).toBe(2);
    expect(await run({ DATABASE_URL: '' })).toBe(2);
  });
});

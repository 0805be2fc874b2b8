import { randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { plannedZip } from '@app/archive';
import { generateDemoDataset } from '@app/dice-format';
import { S3ObjectStore } from '@app/object-store';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, startBackend, type BackendUnderTest } from './backend-under-test.js';
import { startOwnStore, type OwnStore } from './own-store.js';
import { isLiveView, untilQuiet } from './until-quiet.js';

let backend: BackendUnderTest;
let token = '';
let own: OwnStore;
let store: S3ObjectStore;
let pool: pg.Pool;

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown> & { readonly id: string; readonly code?: string; readonly errors?: readonly { readonly code: string; readonly pointer?: string; readonly entry?: string }[] };
}

async function zipOf(entries: readonly { name: string; bytes: Uint8Array }[]): Promise<Buffer> {
  const zip = plannedZip(entries.map(({ name, bytes }) => ({ name, sizeBytes: bytes.length, crc32: crc32(bytes), open: () => [bytes] })));
  const chunks: Uint8Array[] = [];
  for await (const chunk of zip.stream()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const demoEntries = (): { name: string; bytes: Uint8Array }[] => [...generateDemoDataset({ images: 40, seed: 3 }).entries];

async function call(method: string, path: string, body?: unknown): Promise<Answer> {
  const answer = await fetch(`${backend.url}/api/v1/${path}`, { method, headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const text = await answer.text();
  return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Answer['body'] };
}

async function upload(zip: Uint8Array, options: { fields?: Record<string, string>; uploadId?: string; as?: string } = {}): Promise<Answer> {
  const form = new FormData();
  for (const [name, value] of Object.entries(options.fields ?? {})) form.set(name, value);
  form.set('file', new Blob([zip as Uint8Array<ArrayBuffer>]), 'dataset.zip');
  const answer = await fetch(`${backend.url}/api/v1/datasets/upload`, { method: 'POST', headers: { authorization: `Bearer ${options.as ?? token}`, 'upload-id': options.uploadId ?? randomUUID() }, body: form });
  return { status: answer.status, body: (await answer.json()) as Answer['body'] };
}

/** Everything that a refused request must not change. */
async function residue(): Promise<unknown> {
  await untilQuiet(pool);
  const tables = ['datasets', 'dataset_classes', 'dataset_images', 'dataset_findings', 'dataset_members'];
  const counts: Record<string, unknown> = {};
  for (const table of tables) counts[table] = (await pool.query(`select count(*)::int as count from ${table}`)).rows[0];
  // What earlier uploads go on with in the background is not of this request.
  counts['outbox'] = (await pool.query(`select count(*)::int as count from outbox where type not like 'vision.dataset.import.%'`)).rows[0];
  const objects: string[] = [];
  for await (const { key, sizeBytes } of store.list('')) if (!isLiveView(key)) objects.push(`${key} ${sizeBytes}`);
  return { counts, objects, openUploads: await store.abortStaleUploads('', new Date(Date.now() + 60_000)) };
}

beforeAll(async () => {
  own = await startOwnStore();
  backend = await startBackend(own.environment);
  const answer = await fetch(`${backend.url}/api/v1/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(ADMIN) });
  token = ((await answer.json()) as { access_token: string }).access_token;
  store = new S3ObjectStore({ ...own.options, maxAttempts: 1 });
  pool = new pg.Pool({ connectionString: backend.databaseUrl, max: 2 });
});
afterAll(async () => {
  await pool.end();
  store.close();
  await backend.close();
  await own.close();
});

describe('an upload', () => {
  it('is registered, stored untouched, and downloaded as it was', async () => {
    const zip = await zipOf(demoEntries());
    const uploadId = randomUUID();
    const made = await upload(zip, { fields: { name: '도형 Shapes' }, uploadId });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    expect(made.body).toMatchObject({ name: '도형 Shapes', task_type: 'image_classification', format: 'dice', num_images: 40, num_classes: 4, num_labeled: 40, role: 'owner', status: 'ready', visibility: 'private' });
    expect(made.body.id).toMatch(/^platform-shapes-[0-9a-f]{8}$/);
    const download = await call('GET', `datasets/${made.body.id}/download`);
    const bytes = Buffer.from(await (await fetch(String(download.body['url']))).arrayBuffer());
    expect(bytes.equals(zip)).toBe(true);
    expect((await call('GET', `uploads/${uploadId}`)).body).toMatchObject({ state: 'completed', dataset_id: made.body.id });
    const list = await call('GET', 'datasets?q=shapes');
    expect((list.body['items'] as { id: string }[]).map((one) => one.id)).toContain(made.body.id);
    const staged: string[] = [];
    for await (const { key } of store.list('staging/')) staged.push(key);
    expect(staged).toEqual([]);
  });

  it('that is refused tells everything at once and leaves nothing behind', async () => {
    const before = await residue();
    const entries = demoEntries().map((entry) => {
      if (entry.name !== 'annotations.json') return entry;
      const document = JSON.parse(Buffer.from(entry.bytes).toString()) as { images: { annotation: { class_id: number; class_name: string }; file_name: string; split: string }[] };
      const [first, second, third] = document.images;
      if (first !== undefined) first.annotation.class_id = 99;
      if (second !== undefined) second.file_name = 'images/absent.png';
      if (third !== undefined) third.split = 'training';
      return { name: entry.name, bytes: Buffer.from(JSON.stringify(document)) };
    });
    const refused = await upload(await zipOf(entries));
    expect(refused.status).toBe(422);
    expect(refused.body.code).toBe('validation-failed');
    const pointers = (refused.body.errors ?? []).map((finding) => finding.pointer ?? '');
    for (const place of ['/images/0', '/images/1', '/images/2']) expect(pointers.some((pointer) => pointer.startsWith(place)), `${place} in ${pointers.join(' ')}`).toBe(true);
    expect(await residue()).toEqual(before);
  });

  it('that is no archive, has a damaged image or a false image is refused cleanly', async () => {
    const before = await residue();
    expect((await upload(Buffer.from('not a zip'))).body.code).toBe('unsafe-archive');
    expect((await upload(new Uint8Array(0))).status).toBe(422);
    const good = await zipOf(demoEntries());
    const damaged = Buffer.from(good);
    damaged.writeUInt8((damaged.readUInt8(300) ^ 0xff) & 0xff, 300);
    expect((await upload(damaged)).body.code).toBe('unsafe-archive');
    const swapped = demoEntries().map((entry, index) => (index === 2 && entry.name.endsWith('.png') ? { name: entry.name, bytes: Buffer.from('<svg/>') } : entry));
    expect((await upload(await zipOf(swapped))).status).toBe(422);
    expect(await residue()).toEqual(before);
  });

  it('that breaks off leaves nothing behind', async () => {
    const before = await residue();
    const zip = await zipOf(demoEntries());
    const abort = new AbortController();
    const boundary = 'x-boundary';
    const head = Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="d.zip"\r\ncontent-type: application/zip\r\n\r\n`);
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        controller.enqueue(Buffer.concat([head, zip.subarray(0, zip.length / 2)]));
        await new Promise((resolve) => setTimeout(resolve, 300));
        abort.abort();
      },
    });
    const uploadId = randomUUID();
    await expect(
      fetch(`${backend.url}/api/v1/datasets/upload`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'upload-id': uploadId, 'content-type': `multipart/form-data; boundary=${boundary}` }, body, duplex: 'half', signal: abort.signal } as RequestInit),
    ).rejects.toThrow();
    for (let wait = 0; wait < 50 && (await call('GET', `uploads/${uploadId}`)).body['state'] !== 'refused'; wait += 1) await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await call('GET', `uploads/${uploadId}`)).body['state']).toBe('refused');
    expect(await residue()).toEqual(before);
  });

  it('cannot use an id twice, nor be watched by another', async () => {
    const uploadId = randomUUID();
    const zip = await zipOf(demoEntries());
    const both = await Promise.all([upload(zip, { uploadId }), upload(zip, { uploadId })]);
    expect(both.map((answer) => answer.status).sort()).toEqual([201, 409]);
    const user = await call('POST', 'users', { email: 'other@vision.test', display_name: 'Other' });
    const login = await fetch(`${backend.url}/api/v1/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ email: 'other@vision.test', password: user.body['one_time_password'] }) });
    const mine = token;
    token = ((await login.json()) as { access_token: string }).access_token;
    const dataset = both.find((answer) => answer.status === 201)?.body.id ?? '';
    expect((await call('GET', `uploads/${uploadId}`)).status).toBe(404);
    for (const [method, path] of [['GET', ''], ['PATCH', ''], ['DELETE', ''], ['GET', '/download'], ['GET', '/findings'], ['GET', '/snapshots']] as const) {
      const foreign = await call(method, `datasets/${dataset}${path}`, method === 'PATCH' ? { name: 'mine' } : undefined);
      const missing = await call(method, `datasets/platform-absent-00000000${path}`, method === 'PATCH' ? { name: 'mine' } : undefined);
      expect(foreign.status, `${method} ${path}`).toBe(404);
      expect({ ...foreign.body, request_id: '' }).toEqual({ ...missing.body, request_id: '' });
    }
    expect((await call('POST', 'training/start', { dataset_id: dataset })).status).toBe(404);
    token = mine;
    await call('PATCH', `datasets/${dataset}`, { visibility: 'public' });
    token = ((await (await fetch(`${backend.url}/api/v1/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ email: 'other@vision.test', password: user.body['one_time_password'] }) })).json()) as { access_token: string }).access_token;
    expect((await call('GET', `datasets/${dataset}`)).status).toBe(200);
    expect((await call('DELETE', `datasets/${dataset}`)).status).toBe(403);
    token = mine;
  });
});

describe('a dataset', () => {
  it('goes to the trash and comes back', async () => {
    const made = await call('POST', 'datasets/demo');
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    expect((await call('DELETE', `datasets/${made.body.id}`)).status).toBe(204);
    expect((await call('GET', `datasets/${made.body.id}`)).status).toBe(404);
    expect((await call('POST', `datasets/${made.body.id}/restore`)).status).toBe(200);
    expect((await call('GET', `datasets/${made.body.id}`)).status).toBe(200);
  });

  it('is listed by pages whose cursors cannot be made up', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Answer = await call('GET', `datasets?limit=1${cursor === null ? '' : `&cursor=${cursor}`}`);
      seen.push(...(page.body['items'] as { id: string }[]).map((one) => one.id));
      cursor = page.body['next_cursor'] as string | null;
    } while (cursor !== null);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBeGreaterThanOrEqual(3);
    expect((await call('GET', 'datasets?cursor=AAAA')).status).toBe(400);
    expect((await call('GET', 'datasets?limit=0')).status).toBe(400);
    expect((await call('GET', 'datasets?sort=password')).status).toBe(400);
    expect((await call('GET', 'datasets?owner=1')).status).toBe(400);
  });

  it('refuses a training with every unmet condition', async () => {
    const made = await call('POST', 'datasets/demo');
    const refused = await call('POST', 'training/start', { dataset_id: made.body.id, model: 'cnn-small', hyperparameters: { epochs: 1e9, learning_rate: -1, nonsense: 1 }, snapshot_version: 7 });
    expect(refused.status).toBe(422);
    expect((refused.body.errors ?? []).map((finding) => finding.pointer).sort()).toEqual(['/hyperparameters/epochs', '/hyperparameters/learning_rate', '/hyperparameters/nonsense', '/snapshot_version']);
  });
});

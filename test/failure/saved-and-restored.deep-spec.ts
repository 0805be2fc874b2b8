import { createHash } from 'node:crypto';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startObjectStore, startPostgres } from '@app/local-services';
import { S3ObjectStore } from '@app/object-store';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fsck } from '../../apps/backend/src/fsck/fsck.js';
import { png } from '../contract/image-workbench.js';
import { ApiClient, type Job } from '../e2e/api-client.js';
import { startProduct, type Product } from '../e2e/harness.js';
import { mnistZip } from '../e2e/mnist-zip.js';

const BACKEND = resolve(import.meta.dirname, '../../dist/backend/apps/backend/src');
const WRITERS = 8;
const IMAGES = 40;

let folder: string;
let product: Product | undefined;
let ledger: Ledger | undefined;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vision-saved-'));
  await chmod(folder, 0o711);
});
afterAll(async () => {
  await ledger?.end();
  await product?.stop();
  for (const close of closing.reverse()) await close();
  await rm(folder, { recursive: true, force: true });
});

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly said: string }>;
}

function start(command: string, args: readonly string[], environment: Record<string, string>): Started {
  const child = spawn(process.execPath, [join(BACKEND, `${command}.main.js`), ...args], { env: { PATH: process.env['PATH'], ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return { child, ended: once(child, 'close').then(([code]) => ({ code: code as number | null, said })) };
}

const storeEnvironment = ({ store }: Product): Record<string, string> => ({ S3_ENDPOINT: store.endpoint, S3_BUCKET: store.bucket, S3_ACCESS_KEY_ID: store.access_key_id, S3_SECRET_ACCESS_KEY: store.secret_access_key });

/** Saves labels without end, and remembers what was acknowledged, and when it was sent and answered. */
class Ledger {
  readonly acknowledged = new Map<number, { readonly revision: number; readonly x: number; readonly at: number }[]>();
  private stopped = false;
  private readonly running: Promise<void>[] = [];
  refused = 0;

  constructor(
    private readonly api: ApiClient,
    private readonly datasetId: string,
  ) {}

  begin(): void {
    for (let writer = 0; writer < WRITERS; writer += 1) this.running.push(this.write(writer));
  }

  async end(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.running);
  }

  private async write(writer: number): Promise<void> {
    for (let round = 0; !this.stopped; round += 1) {
      const number = 1 + writer + WRITERS * (round % (IMAGES / WRITERS));
      const done = this.acknowledged.get(number) ?? [];
      const revision = done.at(-1)?.revision ?? 1;
      const x = round % 5;
      const answer = await this.api.call<{ revision: number }>('PATCH', `datasets/${this.datasetId}/annotations/${number}`, { annotation: { class_id: writer % 2, bbox: [x, 1, 3, 3] } }, { 'if-match': `"${revision}"` });
      if (answer.status === 200) this.acknowledged.set(number, [...done, { revision: revision + 1, x, at: Date.now() }]);
      else this.refused += 1;
      await sleep(5);
    }
  }
}

async function bytesOf(url: string): Promise<Buffer> {
  const answer = await fetch(url);
  expect(answer.status).toBe(200);
  return Buffer.from(await answer.arrayBuffer());
}

async function zipOf(api: ApiClient, datasetId: string, version: number): Promise<Buffer> {
  const answer = await fetch(`${api.url}/api/v1/datasets/${datasetId}/snapshots/${version}/download?wait=25`, { headers: { authorization: `Bearer ${api.token}` } });
  expect(answer.status).toBe(200);
  return Buffer.from(await answer.arrayBuffer());
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Everything that was acknowledged before the backup began is there, and of what came later each image has one whole state. Answers the revision of the first image. */
async function checkLabels(databaseUrl: string, { datasetId, acknowledged, begunAt }: { datasetId: string; acknowledged: Ledger['acknowledged']; begunAt: number }): Promise<number> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  const { rows } = await pool.query<{ number: number; revision: number; objects: { bbox: number[] }[] }>('select number, revision, objects from dataset_images where dataset_id = $1', [datasetId]);
  await pool.end();
  let [before, all] = [0, 0];
  for (const { number, revision, objects } of rows) {
    const done = acknowledged.get(number) ?? [];
    const early = done.filter((one) => one.at < begunAt);
    all += done.length;
    before += early.length;
    expect(revision, `image ${number}`).toBeGreaterThanOrEqual(early.at(-1)?.revision ?? 1);
    const same = done.find((one) => one.revision === revision);
    if (same !== undefined) expect(objects[0]?.bbox[0], `image ${number}`).toBe(same.x);
  }
  // One more came while it was saved.
  expect([IMAGES, IMAGES + 1]).toContain(rows.length);
  expect(before).toBeGreaterThan(IMAGES);
  process.stdout.write(`saved and restored: ${before} acknowledged edits before the backup, ${all - before} during and after it\n`);
  return rows.find((row) => row.number === 1)?.revision ?? 0;
}

async function checkModel(api: ApiClient, job: Job): Promise<void> {
  const listed = (await api.call<{ items: { kind: string; url: string }[] }>('GET', `training/jobs/${job.id}/checkpoints`)).body.items;
  expect(hashOf(await bytesOf(listed.find((one) => one.kind === 'final')?.url ?? ''))).toBe(job.final_model?.sha256);
}

describe('an installation that is saved while people work, and lost', () => {
  it('is there again elsewhere: what was acknowledged before, versions, and a model; and its broker is a new one', async () => {
    product = await startProduct({ environment: { TRAINING_LEASE_SECONDS: '6' }, dataDirectory: join(folder, 'first') });
    const { admin } = product;
    let api = await ApiClient.logIn({ url: product.url, admin });

    // A dataset of an uploaded zip with a trained model, and one of single images that people label.
    const mnist = (await api.upload(await mnistZip({ train: 300, val: 60 }), { name: 'MNIST' })).body.id;
    const job = await api.untilEnded((await api.start(mnist, { epochs: 2 })).id);
    expect(job.state, JSON.stringify(job.failure)).toBe('completed');
    const labels = (await api.call<{ id: string }>('POST', 'datasets/create', { name: 'Labels', task_type: 'object_detection', classes: [{ name: 'one' }, { name: 'two' }] })).body.id;
    for (let from = 1; from <= IMAGES; from += 20) {
      const form = new FormData();
      for (let number = from; number < from + 20; number += 1) form.append('file', new Blob([new Uint8Array(png(number))], { type: 'image/png' }), `${number}.png`);
      const sent = await fetch(`${api.url}/api/v1/datasets/${labels}/images`, { method: 'POST', headers: { authorization: `Bearer ${api.token}` }, body: form });
      expect(sent.status).toBe(200);
    }
    ledger = new Ledger(api, labels);
    ledger.begin();
    const version = (await api.call<{ version: number }>('POST', `datasets/${labels}/snapshots`, { zip: true })).body.version;
    await zipOf(api, labels, version);

    // A backup that is killed, then one that ends; versions are made and deleted, and an image is added meanwhile.
    const from = { DATABASE_URL: product.database_url, ...storeEnvironment(product) };
    const place = join(folder, 'place');
    const killed = start('backup', ['--to', place], from);
    await sleep(900);
    killed.child.kill('SIGKILL');
    await killed.ended;
    const begunAt = Date.now();
    const saving = start('backup', ['--to', place], from);
    const second = (await api.call<{ version: number }>('POST', `datasets/${labels}/snapshots`, {})).body.version;
    const form = new FormData();
    form.append('file', new Blob([new Uint8Array(png(777))], { type: 'image/png' }), 'late.png');
    await fetch(`${api.url}/api/v1/datasets/${labels}/images`, { method: 'POST', headers: { authorization: `Bearer ${api.token}` }, body: form });
    await api.call('DELETE', `datasets/${labels}/snapshots/${second}`);
    await api.start(mnist, { epochs: 1 });
    const saved = await saving.ended;
    expect(saved.code, saved.said).toBe(0);
    await ledger.end();
    expect(ledger.refused).toBe(0);
    expect(await readdir(join(place, 'backups'))).toHaveLength(1);

    // Lost, with the broker and its disk.
    await product.stop();
    await rm(join(folder, 'first'), { recursive: true, force: true });

    const postgres = await startPostgres({ dataDirectory: join(folder, 'postgres') });
    closing.push(() => postgres.stop());
    const keys = { accessKeyId: 'restored-key', secretAccessKey: 'q8Zr2LmX0vBn4TcWk7HsQ3d9' };
    const server = await startObjectStore({ dataDirectory: join(folder, 'store'), bucket: 'vision-restored', credentials: [{ ...keys, mode: 'read-write' }] });
    closing.push(() => server.close());
    const there = { DATABASE_URL: postgres.url, S3_ENDPOINT: server.endpoint, S3_BUCKET: 'vision-restored', S3_ACCESS_KEY_ID: keys.accessKeyId, S3_SECRET_ACCESS_KEY: keys.secretAccessKey };
    for (const milliseconds of [700, 1_300, 2_200]) {
      const half = start('restore', ['--from', place], there);
      await sleep(milliseconds);
      half.child.kill('SIGKILL');
      await half.ended;
    }
    const restored = await start('restore', ['--from', place], there).ended;
    // The last try may have come to its end before it was killed.
    if (restored.code !== 0) expect(restored.said).toContain('The database is not empty');
    const bucket = new S3ObjectStore({ endpoint: server.endpoint, region: 'auto', bucket: 'vision-restored', ...keys });
    closing.push(async () => bucket.close());
    const differences = async (): Promise<unknown[]> => {
      const found: unknown[] = [];
      for await (const one of fsck({ databaseUrl: postgres.url, store: bucket, graceMinutes: 0, deep: true })) if (one.code !== 'outbox-waiting') found.push(one);
      return found;
    };
    expect(await differences()).toEqual([]);

    const revisionOfFirst = await checkLabels(postgres.url, { datasetId: labels, acknowledged: ledger.acknowledged, begunAt });

    // The product on what was restored, with a broker that knows nothing.
    product = await startProduct({ environment: { ...there, TRAINING_LEASE_SECONDS: '6' }, dataDirectory: join(folder, 'second') });
    api = await ApiClient.logIn({ url: product.url, admin });
    await checkModel(api, job);
    expect(hashOf(await zipOf(api, labels, version))).toBe((await api.call<{ sha256: string }>('GET', `datasets/${labels}/snapshots/${version}`)).body.sha256);
    // A job that was on its way is done here, by events that the new broker gets out of the database.
    const jobs = (await api.call<{ items: { id: string }[] }>('GET', 'training/jobs')).body.items;
    for (const { id } of jobs) expect((await api.untilEnded(id)).state).toBe('completed');
    await expect.poll(async () => (await bucket.head(`datasets/${labels}/annotations.json`)) !== null, { timeout: 30_000 }).toBe(true);
    await expect.poll(differences, { timeout: 60_000, interval: 1_000 }).toEqual([]);
    const after = new pg.Pool({ connectionString: postgres.url, max: 1 });
    await expect.poll(async () => (await after.query('select 1 from outbox where published_at is null')).rowCount, { timeout: 30_000 }).toBe(0);
    expect((await after.query<{ twice: number }>('select count(*)::int as twice from (select consumer, event_id from inbox group by 1, 2 having count(*) > 1) more')).rows[0]?.twice).toBe(0);
    await after.end();
    await api.call('PATCH', `datasets/${labels}/annotations/1`, { status: 'reviewed' }, { 'if-match': `"${revisionOfFirst}"` }).then((answer) => expect(answer.status).toBe(200));
    expect((await readdir(join(place))).sort()).toEqual(['backups', 'objects']);
  });
});

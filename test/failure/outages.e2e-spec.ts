import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { visionNatsUsers } from '@app/local-services';
import { startTestNats, type TestNats } from '@app/testing';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient, type Job } from '../e2e/api-client.js';
import { startProduct, type Product } from '../e2e/harness.js';
import { mnistZip } from '../e2e/mnist-zip.js';
import { descendantsOf } from '../e2e/process-tree.js';

const TERMINAL = ['completed', 'failed', 'cancelled'];
/** A question of the worker waits for 5 seconds. */
const SILENT_MILLISECONDS = 7_000;
const BACKEND = 'dist/backend/apps/backend/src/main.js';

let nats: TestNats;
let product: Product;
let api: ApiClient;
let pool: pg.Pool;
let failpoints: string;
let datasetId = '';

const rest = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
const arm = (name: string, action = 'kill'): Promise<void> => writeFile(join(failpoints, name), action);
const backendPid = (): number => descendantsOf(product.process.pid ?? 0, BACKEND)[0] ?? 0;
const start = (epochs: number): Promise<Job> => api.start(datasetId, { epochs, batch_size: 16, seed: 5 });

/** A failpoint has killed its process and another one took its place. */
async function untilReplaced(pid: number): Promise<void> {
  for (let wait = 0; backendPid() === pid || !(await isReady()); wait += 1) {
    expect(wait, 'the backend comes back').toBeLessThan(300);
    await rest(100);
  }
}
const isReady = (): Promise<boolean> => fetch(`${product.url}/api/v1/health/ready`).then((answer) => answer.status === 200, () => false);

/** Ended as a job ends that nothing happened to: every epoch once, one terminal state, no event left, one run, nothing on the worker. */
async function expectClean(id: string, epochs: number, attempts = 1): Promise<void> {
  const job = await api.untilEnded(id, 90_000);
  expect(job.state, JSON.stringify(job.failure)).toBe('completed');
  expect(job.metrics.map((one) => one.epoch)).toEqual(numbers(epochs));
  expect(job.attempt).toBe(attempts);
  expect(job.checkpoints.filter((one) => one.kind === 'state').map((one) => one.epoch)).toEqual(numbers(epochs));
  const states = await pool.query<{ state: string }>("select data->>'state' as state from training_job_events where job_id = $1 and kind = 'job' order by id", [id]);
  expect(states.rows.map((row) => row.state).filter((state) => TERMINAL.includes(state))).toEqual(['completed']);
  expect(states.rows.filter((row) => row.state === 'queued')).toHaveLength(attempts);
  const told = await pool.query<{ epoch: string }>("select data->>'epoch' as epoch from training_job_events where job_id = $1 and kind = 'metrics' order by id", [id]);
  expect(told.rows.map((row) => Number(row.epoch))).toEqual(numbers(epochs));
  const { rows } = await pool.query<{ waiting: number }>('select (select count(*) from outbox where published_at is null)::int + (select count(*) from training_early_reports)::int as waiting');
  expect(rows[0]?.waiting).toBe(0);
  for (let wait = 0; wait < 50 && (await attemptFolders()).length > 0; wait += 1) await rest(100);
  expect(await attemptFolders()).toEqual([]);
}
const attemptFolders = (): Promise<string[]> => readdir(join(product.dataDirectory, 'training', 'attempts')).catch(() => []);

/** Versions of the one content that there is. */
async function snapshotsOf(): Promise<number> {
  const { rows } = await pool.query<{ count: number }>('select count(*)::int as count from snapshots where dataset_id = $1', [datasetId]);
  return rows[0]?.count ?? -1;
}

beforeAll(async () => {
  const passwords = { backend: 'backend-password', training: 'training-password', consumer: 'consumer-password' };
  nats = await startTestNats({ users: visionNatsUsers(passwords) });
  failpoints = await mkdtemp(join(tmpdir(), 'vision-failpoints-'));
  product = await startProduct({
    environment: { NODE_ENV: 'test', FAILPOINTS_DIRECTORY: failpoints, NATS_URL: nats.urlFor('backend'), TRAINING_NATS_URL: nats.urlFor('training'), TRAINING_LEASE_SECONDS: '20' },
  });
  api = await ApiClient.logIn(product);
  pool = new pg.Pool({ connectionString: product.database_url, max: 2 });
  pool.on('error', () => undefined);
  datasetId = (await api.upload(await mnistZip({ train: 300, val: 100 }), { name: 'Digits' })).body.id;
});
afterEach(async () => expect(await readdir(failpoints), 'every armed failpoint was hit').toEqual([]));
afterAll(async () => {
  await pool?.end();
  await product?.stop();
  await nats?.close();
  await rm(failpoints, { recursive: true, force: true });
});

/** Starts a job while a failpoint is armed, and sees the process die of it and another one take over. */
async function startAndCrash(failpoint: string): Promise<string> {
  const pid = backendPid();
  await arm(failpoint);
  const before = new Set(await jobIds());
  // The answer may be lost with the process; the job is not.
  const answer = await start(2).catch(() => null);
  await untilReplaced(pid);
  const made = (await jobIds()).filter((id) => !before.has(id));
  expect(made).toHaveLength(1);
  if (answer !== null) expect(answer.id).toBe(made[0]);
  return made[0] ?? '';
}
const jobIds = async (): Promise<string[]> => (await pool.query<{ id: string }>('select id from training_jobs')).rows.map((row) => row.id);
const crashes = (cases: readonly (readonly [string, string])[]): void =>
  it.each(cases)('killed %s (%s): the job is done once', async (_, failpoint) => {
    await expectClean(await startAndCrash(failpoint), 2);
    expect(await snapshotsOf()).toBe(1);
  });

// Five crashes in all: the launcher gives up on a backend at the sixth that ran for less than 20 seconds.
describe.runIf(existsSync('/proc'))('the backend', () => {
  crashes([
    ['between the commit of a start and its publication, F-01', 'outbox-before-publish@vision.training.job.requested.v1'],
    ['between the publication of a start and the mark, F-02', 'outbox-before-mark@vision.training.job.requested.v1'],
  ]);

  it('silent for longer than a question waits, then killed: the worker trains on, and every figure and file arrives in order (F-25)', async () => {
    const epochs = 30;
    const { id } = await start(epochs);
    await api.until(id, (job) => job.metrics.length >= 2);
    const pid = backendPid();
    // Silent, not gone: questions wait in vain, as with a machine that hangs.
    process.kill(pid, 'SIGSTOP');
    await rest(SILENT_MILLISECONDS);
    process.kill(pid, 'SIGKILL');
    await untilReplaced(pid);
    await expectClean(id, epochs);
  });
});

describe.runIf(existsSync('/proc'))('NATS', () => {
  it('killed, and its store deleted, during a training: the job ends once, and no effect is doubled or lost (F-06, F-07)', async () => {
    const epochs = 30;
    const { id } = await start(epochs);
    await api.until(id, (job) => job.metrics.length >= 2);
    await nats.kill();
    // The API goes on meanwhile: this one is only written down.
    const during = await start(2);
    await rest(2_000);
    await nats.deleteStore();
    await nats.restart();
    await expectClean(id, epochs);
    await expectClean(during.id, 2);
    expect(await snapshotsOf()).toBe(1);
  });
});

describe.runIf(existsSync('/proc'))('the backend once more', () => {
  crashes([
    ['between the effect of a start and the ack, F-28', 'consumer-before-ack@snapshot-requested-by-training'],
    ['between the effect of a report and the ack, F-28', 'consumer-before-ack@backend-training-reports'],
  ]);
});

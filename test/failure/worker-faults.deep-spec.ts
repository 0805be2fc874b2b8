import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient, type Job } from '../e2e/api-client.js';
import { startProduct, type Product } from '../e2e/harness.js';
import { mnistZip } from '../e2e/mnist-zip.js';
import { descendantsOf, processesOf } from '../e2e/process-tree.js';
import { WorkerProcess } from './worker-processes.js';

/** Faults at named places and at random moments, ten seeds each: F-23, F-24; a long silence of the backend (F-25); and crashes of it around the choice of a job. */
const SEEDS = Array.from({ length: 10 }, (_, index) => index + 1);
const LEASE_SECONDS = 5;
const EPOCHS = 6;
const SETTINGS = { epochs: EPOCHS, batch_size: 16, seed: 9, augment: 'standard', image_size: 28 };
const CANCEL_MILLISECONDS = 5_000;
/** For a machine that has much to do besides. */
const SLACK_MILLISECONDS = 2_500;
const SILENCE_MILLISECONDS = 300_000;
/** The launcher gives up on a backend that ran for less than 20 s too often. */
const BETWEEN_CRASHES_MILLISECONDS = 21_000;
const BACKEND = 'dist/backend/apps/backend/src/main.js';
const ENDS: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled']);

let product: Product;
let api: ApiClient;
let pool: pg.Pool;
let failpoints: string;
let datasetId = '';
let straight: Job;
/** Not the product's own: its launcher would give up on one that dies so often. */
let worker: WorkerProcess;

const rest = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
const start = async (changes: Record<string, unknown> = {}): Promise<string> => (await api.start(datasetId, { ...SETTINGS, ...changes })).id;
const hashes = (of: Job): string[] => of.checkpoints.map((one) => `${one.epoch} ${one.kind} ${one.sha256}`).sort();

/** A number below `count` that the seed decides. */
const pick = (seed: number, count: number): number => (Math.imul(seed + 7, 2_654_435_761) >>> 8) % count;

function expectSame(job: Job): void {
  expect(job.state, JSON.stringify(job.failure)).toBe('completed');
  expect(job.metrics.map((one) => one.epoch)).toEqual(straight.metrics.map((one) => one.epoch));
  expect(hashes(job)).toEqual(hashes(straight));
  expect(job.final_model?.sha256).toBe(straight.final_model?.sha256);
}

const enginesLeft = (): number[] => descendantsOf(worker.pid, 'engine-child.main.js');

async function statesOf(id: string): Promise<string[]> {
  return (await pool.query<{ state: string }>("select data->>'state' as state from training_job_events where job_id = $1 and kind = 'job' order by id", [id])).rows.map((row) => row.state);
}

beforeAll(async () => {
  failpoints = await mkdtemp(join(tmpdir(), 'vision-failpoints-'));
  product = await startProduct({ environment: { NODE_ENV: 'test', FAILPOINTS_DIRECTORY: failpoints, TRAINING_LEASE_SECONDS: String(LEASE_SECONDS), TRAINING_CLAIM_SECONDS: '2', POOL: 'idle' } });
  api = await ApiClient.logIn(product);
  pool = new pg.Pool({ connectionString: product.database_url, max: 2 });
  datasetId = (await api.upload(await mnistZip({ train: 240, val: 60 }), { name: 'Digits' })).body.id;
  worker = new WorkerProcess(product, 'mortal', { NODE_ENV: 'test', FAILPOINTS_DIRECTORY: failpoints });
  await worker.start();
  straight = await api.untilEnded(await start());
  expect(straight.state, JSON.stringify(straight.failure)).toBe('completed');
});
afterAll(async () => {
  await worker?.stop();
  await pool?.end();
  await product?.stop();
  await rm(failpoints, { recursive: true, force: true });
});

describe.runIf(existsSync('/proc'))('a worker', () => {
  it.each(SEEDS)('killed between the storing of a file and its report, seed %i: the epoch counts once (F-23)', async (seed) => {
    const place = `worker-before-checkpoint-report@${pick(seed, 2) === 0 ? 'state' : 'model'}-${1 + pick(seed * 3, EPOCHS)}`;
    await writeFile(join(failpoints, place), 'kill');
    const id = await start();
    await worker.untilEnded(60_000);
    await worker.start();
    const job = await api.untilEnded(id, 90_000);
    expect(await readdir(failpoints), place).toEqual([]);
    expect(job.attempt, place).toBe(2);
    expectSame(job);
  });

  it.each(SEEDS)('whose job is cancelled at a moment of chance, seed %i, stops within five seconds, and the job has one end (F-24)', async (seed) => {
    const id = await start({ epochs: 40 });
    await rest(pick(seed, 5_000));
    const from = Date.now();
    const answer = await api.call('POST', `training/jobs/${id}/cancel`);
    const job = await api.untilEnded(id, 30_000);
    expect(Date.now() - from).toBeLessThan(CANCEL_MILLISECONDS + SLACK_MILLISECONDS);
    expect(job.state).toBe(answer.status === 200 ? 'cancelled' : 'completed');
    for (const deadline = Date.now() + CANCEL_MILLISECONDS; enginesLeft().length > 0; await rest(100)) expect(Date.now()).toBeLessThan(deadline + SLACK_MILLISECONDS);
    expect((await statesOf(id)).filter((state) => ENDS.has(state))).toEqual([job.state]);
  });
});

describe.runIf(existsSync('/proc'))('the backend', () => {
  it.each([
    ['between its choice of a job and the commit', 'training-before-dispatch-commit'],
    ['between the commit and the message to the workers', 'outbox-before-publish@vision.training.job.dispatched.v1'],
    ['between the message and the mark', 'outbox-before-mark@vision.training.job.dispatched.v1'],
  ])('killed %s loses no job and runs none twice', async (_, place) => {
    await rest(BETWEEN_CRASHES_MILLISECONDS);
    const [pid] = processesOf(product, BACKEND);
    const failpoint = join(failpoints, place);
    await writeFile(failpoint, 'kill');
    const id = await start();
    for (const deadline = Date.now() + 30_000; existsSync(failpoint) || processesOf(product, BACKEND)[0] === pid; await rest(100)) expect(Date.now()).toBeLessThan(deadline);
    for (const deadline = Date.now() + 30_000; (await api.call('GET', 'training/models').catch(() => ({ status: 0 }))).status !== 200; await rest(200)) expect(Date.now()).toBeLessThan(deadline);
    const job = await api.untilEnded(id, 90_000);
    expectSame(job);
    expect(job.attempt).toBe(1);
    expect((await statesOf(id)).filter((state) => state === 'verifying')).toHaveLength(1);
  });

  it('silent for five minutes: the worker trains on, and when it is back every figure arrives, in the same attempt (F-25)', async () => {
    const id = await start();
    await api.until(id, (job) => job.metrics.length >= 1);
    for (const pid of processesOf(product, BACKEND)) process.kill(pid, 'SIGSTOP');
    await rest(SILENCE_MILLISECONDS);
    for (const pid of processesOf(product, BACKEND)) process.kill(pid, 'SIGCONT');
    const job = await api.untilEnded(id, 60_000);
    expectSame(job);
    expect(job.attempt).toBe(1);
  });
});

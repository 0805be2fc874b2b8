import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient, type Job } from '../e2e/api-client.js';
import { startProduct, type Product } from '../e2e/harness.js';
import { mnistZip } from '../e2e/mnist-zip.js';
import { descendantsOf } from '../e2e/process-tree.js';

const EPOCHS = 12;
const SETTINGS = { epochs: EPOCHS, batch_size: 16, seed: 9, augment: 'standard' };
const LEASE_SECONDS = 8;
const WORKER = 'dist/training/apps/training/src/main.js';

let product: Product;
let api: ApiClient;
let failpoints: string;
let datasetId = '';
let straight: Job;

const rest = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
const pidOf = (text: string): number => descendantsOf(product.process.pid ?? 0, text)[0] ?? 0;

/** The second attempt ended as if there had been no first one. */
function expectSame(job: Job): void {
  expect(job.state, JSON.stringify(job.failure)).toBe('completed');
  expect(job.attempt).toBe(2);
  expect(job.metrics.map((one) => one.epoch)).toEqual(Array.from({ length: EPOCHS }, (_, index) => index + 1));
  const hashes = (of: Job): string[] => of.checkpoints.map((one) => `${one.epoch} ${one.kind} ${one.sha256}`).sort();
  expect(hashes(job)).toEqual(hashes(straight));
  expect(job.final_model?.sha256).toBe(straight.final_model?.sha256);
}

beforeAll(async () => {
  failpoints = await mkdtemp(join(tmpdir(), 'vision-failpoints-'));
  product = await startProduct({ environment: { NODE_ENV: 'test', FAILPOINTS_DIRECTORY: failpoints, TRAINING_LEASE_SECONDS: String(LEASE_SECONDS) } });
  api = await ApiClient.logIn(product);
  datasetId = (await api.upload(await mnistZip({ train: 300, val: 100 }), { name: 'Digits' })).body.id;
  straight = await api.untilEnded((await api.start(datasetId, SETTINGS)).id);
  expect(straight.state, JSON.stringify(straight.failure)).toBe('completed');
});
afterAll(async () => {
  await product?.stop();
  await rm(failpoints, { recursive: true, force: true });
});

describe.runIf(existsSync('/proc'))('a worker', () => {
  it.each(['state', 'model'])('killed between the storing of a %s and its report: the epoch counts once (F-23)', async (kind) => {
    await writeFile(join(failpoints, `worker-before-checkpoint-report@${kind}-3`), 'kill');
    const { id } = await api.start(datasetId, SETTINGS);
    expectSame(await api.untilEnded(id));
    expect(await readdir(failpoints)).toEqual([]);
  });

  it('frozen until its lease was lost, then woken, is fenced off and takes the job again (F-22)', async () => {
    const { id } = await api.start(datasetId, SETTINGS);
    await api.until(id, (job) => job.metrics.length >= 2);
    const [worker, engine] = [pidOf(WORKER), pidOf('engine-child.main.js')];
    for (const pid of [engine, worker]) process.kill(pid, 'SIGSTOP');
    await api.until(id, (job) => job.state === 'queued', (LEASE_SECONDS + 15) * 1000);
    await rest(2_000);
    for (const pid of [worker, engine]) process.kill(pid, 'SIGCONT');
    expectSame(await api.untilEnded(id));
    // The engine of the lost attempt is gone, and so are its files.
    expect(descendantsOf(product.process.pid ?? 0, 'engine-child.main.js')).toEqual([]);
    for (let wait = 0; wait < 50 && (await readdir(join(product.dataDirectory, 'training', 'attempts'))).length > 0; wait += 1) await rest(100);
    expect(await readdir(join(product.dataDirectory, 'training', 'attempts'))).toEqual([]);
  });
});

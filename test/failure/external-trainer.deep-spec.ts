import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient, type Job } from '../e2e/api-client.js';
import { startProduct, type Product } from '../e2e/harness.js';
import { processesOf } from '../e2e/process-tree.js';

/** The PyTorch example of the repository, driven by the whole product. */
const PYTHON = '/usr/bin/python3';
const SETTINGS = { epochs: 6, seed: 3, batch_size: 8 };
const EXAMPLE = resolve(import.meta.dirname, '../../examples/pytorch-trainer');
const torch = versionOfTorch();
if (torch === null) process.stdout.write('skipped: python3-torch is not installed, so the example of an external trainer is not run\n');

let product: Product;
let api: ApiClient;
let folder: string;
let datasetId = '';

function versionOfTorch(): string | null {
  try {
    return execFileSync(PYTHON, ['-c', 'import torch, PIL, numpy; print(torch.__version__)'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return null;
  }
}

async function start(hyperparameters: Record<string, unknown>): Promise<Job> {
  const answer = await api.call<Job>('POST', 'training/start', { dataset_id: datasetId, model: 'pytorch-cnn', hyperparameters });
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  return answer.body;
}

/** Trainers of this product, wherever in the tree of processes they are. */
function trainers(): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`VISION_JOB_FOLDER=${product.dataDirectory}`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
    } catch {
      return false;
    }
  });
}

const attempts = (): string[] => readdirSync(join(product.dataDirectory, 'training', 'attempts'));

describe.runIf(torch !== null)(`the PyTorch example (${torch ?? 'absent'}) through the product`, () => {
  let straight: Job;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vision-trainers-'));
    const text = await readFile(join(EXAMPLE, 'trainers.json'), 'utf8');
    const file = join(folder, 'trainers.json');
    const document = JSON.parse(text.replace('/opt/vision/pytorch-trainer', EXAMPLE)) as { trainers: unknown[] };
    const command = [PYTHON, '-c', "import sys; print('the loss is not a number', file=sys.stderr); sys.exit(2)"];
    document.trainers.push({ id: 'broken', title: 'Broken', task_types: ['image_classification'], run: { kind: 'command', command } });
    await writeFile(file, JSON.stringify(document));
    product = await startProduct({ environment: { TRAINING_LEASE_SECONDS: '6', TRAINERS_FILE: file } });
    api = await ApiClient.logIn(product);
    datasetId = (await api.call<{ id: string }>('POST', 'datasets/demo')).body.id;
  });
  afterAll(async () => {
    await product?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('stands in the catalogue with its fields, and refuses what is out of range', async () => {
    const { body } = await api.call<{ items: { id: string; hyperparameters: { properties: Record<string, unknown> } }[] }>('GET', 'training/models');
    const model = body.items.find((one) => one.id === 'pytorch-cnn');
    expect(model?.hyperparameters.properties).toMatchObject({ side: { minimum: 16, maximum: 224, default: 32 }, epochs: { maximum: 200, default: 10 } });
    const refused = await api.call('POST', 'training/start', { dataset_id: datasetId, model: 'pytorch-cnn', hyperparameters: { side: 8, augment: 'light' } });
    expect(refused.status).toBe(422);
    expect(JSON.stringify(refused.body)).toContain('/hyperparameters/side');
  });

  it('trains, tells every epoch, and leaves checkpoints, an ONNX model and nothing else', async () => {
    straight = await api.untilEnded((await start(SETTINGS)).id);
    expect(straight.state, JSON.stringify(straight.failure)).toBe('completed');
    expect(straight.metrics.map((one) => one.epoch)).toEqual([1, 2, 3, 4, 5, 6]);
    const best = Math.max(...straight.metrics.map((one) => one.primary_value));
    process.stdout.write(`PyTorch ${torch ?? ''}, the demo dataset, 6 epochs: accuracy ${(best * 100).toFixed(1)} %\n`);
    expect(best).toBeGreaterThan(0.6);
    expect(straight.checkpoints.filter((one) => one.kind === 'state').map((one) => one.epoch)).toEqual([1, 2, 3, 4, 5, 6]);
    const { body } = await api.call<{ items: { kind: string; url: string }[] }>('GET', `training/jobs/${straight.id}/checkpoints`);
    const model = await fetch(body.items.find((one) => one.kind === 'final')?.url ?? '');
    const session = await InferenceSession.create(new Uint8Array(await model.arrayBuffer()));
    const answer = await session.run({ pixels: new Tensor('float32', new Float32Array(2 * 3 * 32 * 32).fill(128), [2, 3, 32, 32]) });
    const probabilities = answer['probabilities']?.data as Float32Array;
    expect([...probabilities].reduce((sum, one) => sum + one, 0)).toBeCloseTo(2, 4);
    const { body: shown } = await api.call<{ items: { image_id: number; quality: number; truth: object[]; predicted: { score: number }[] }[] }>('GET', `training/jobs/${straight.id}/examples`);
    expect(shown.items.length).toBeGreaterThan(10);
    expect(shown.items.map((one) => one.quality)).toEqual(shown.items.map((one) => one.quality).sort((a, b) => a - b));
    const looked = await api.call('GET', `datasets/${datasetId}/images/${shown.items[0]?.image_id ?? 0}`);
    expect(looked.status, JSON.stringify(shown.items[0])).toBe(200);
    expect(attempts()).toEqual([]);
    expect(trainers()).toEqual([]);
  });

  it('goes on from the last checkpoint when its worker is killed with -9, to bitwise the same model', async () => {
    const { id } = await start(SETTINGS);
    await api.until(id, (job) => job.checkpoints.some((one) => one.kind === 'state'));
    for (const pid of processesOf(product, 'dist/training/apps/training/src/main.js')) process.kill(pid, 'SIGKILL');
    // The trainer dies with the worker, although nobody told it.
    await expect.poll(() => trainers().length, { timeout: 5_000 }).toBe(0);
    const resumed = await api.untilEnded(id);
    expect(resumed.state, JSON.stringify(resumed.failure)).toBe('completed');
    expect(resumed.attempt).toBe(2);
    expect(resumed.metrics.map((one) => one.epoch)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(resumed.best_epoch).toBe(straight.best_epoch);
    expect(resumed.final_model?.sha256).toBe(straight.final_model?.sha256);
    expect(attempts()).toEqual([]);
  });

  it('ends within seconds of a cancel, with all that belongs to it', async () => {
    const { id } = await start({ epochs: 200 });
    await api.until(id, (job) => job.metrics.length >= 1);
    expect(trainers().length).toBeGreaterThan(0);
    const asked = Date.now();
    await api.call('POST', `training/jobs/${id}/cancel`);
    await expect.poll(() => trainers().length, { timeout: 15_000, interval: 100 }).toBe(0);
    process.stdout.write(`the trainer was gone ${((Date.now() - asked) / 1000).toFixed(1)} s after the cancel\n`);
    const ended = await api.untilEnded(id, 20_000);
    expect(ended.state).toBe('cancelled');
    await expect.poll(() => attempts(), { timeout: 5_000 }).toEqual([]);
  });

  it('says why a trainer failed, with its last words, and runs a job again whose trainer was killed', async () => {
    const broken = await api.call<Job>('POST', 'training/start', { dataset_id: datasetId, model: 'broken' });
    const failed = await api.untilEnded(broken.body.id);
    expect(failed).toMatchObject({ state: 'failed', attempt: 1, failure: { code: 'trainer-failed', detail: 'The trainer ended with exit code 2: the loss is not a number' } });
    const { id } = await start({ epochs: 200 });
    await api.until(id, (job) => job.metrics.length >= 1);
    for (const pid of trainers()) process.kill(Number(pid), 'SIGKILL');
    await api.until(id, (job) => job.attempt === 2 && job.state === 'running');
    await api.call('POST', `training/jobs/${id}/cancel`);
    await api.untilEnded(id);
  });
});

it.runIf(torch === null)('is not run where PyTorch is absent', () => {
  expect(existsSync(join(EXAMPLE, 'train.py'))).toBe(true);
});

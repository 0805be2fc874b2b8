import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { validationExampleSchema, type ValidationExample } from '@app/contracts';
import { newId } from '@app/kernel';
import { startObjectStore, TRAINING_INBOX_PREFIX, visionNatsUsers, type LocalObjectStore } from '@app/local-services';
import { JetStreamServer, NatsLink } from '@app/messaging';
import { objectKeys, S3ObjectStore, SigV4Presigner } from '@app/object-store';
import { startTestNats, type TestNats } from '@app/testing';
import type { INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { composeWorker } from '../compose-worker.js';
import { TrainingConfig } from '../config/training-config.js';
import { blockZip } from '../testing/block-zip.js';
import { InProcessEngine } from '../testing/in-process-engine.js';
import { ScriptedBackend, type GrantFacts } from '../testing/scripted-backend.js';
import { tinyDataset, type TinyDataset } from '../testing/tiny-dataset.js';
import { silentLog } from '../training-log.js';
import { TrainingModule } from '../training.module.js';
import type { EngineRun } from './engine-run.js';
import type { TrainingWorker } from './training-worker.js';

const BUCKET = 'vision-test';
const READER = { accessKeyId: 'reader', secretAccessKey: randomBytes(16).toString('hex') };
const WRITER = { accessKeyId: 'writer', secretAccessKey: randomBytes(16).toString('hex') };

let folder: string;
let nats: TestNats;
let storeServer: LocalObjectStore;
let writer: S3ObjectStore;
let backendLink: NatsLink;
let backend: ScriptedBackend;
let dataset: TinyDataset;
let version = 0;
/** Of one test. */
let worker: TrainingWorker;
let workerLink: NatsLink;
let app: INestMicroservice;
let workDirectory: string;
let launches = 0;
let crashes = false;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vision-worker-'));
  nats = await startTestNats({ users: visionNatsUsers({ backend: 'backend-password', training: 'training-password', consumer: 'consumer-password' }) });
  storeServer = await startObjectStore({
    dataDirectory: join(folder, 'store'),
    bucket: BUCKET,
    credentials: [
      { ...READER, mode: 'read-only' },
      { ...WRITER, mode: 'read-write' },
    ],
  });
  const at = { endpoint: storeServer.endpoint, region: 'auto', bucket: BUCKET };
  writer = new S3ObjectStore({ ...at, ...WRITER });
  backendLink = new NatsLink({ url: nats.urlFor('backend'), name: 'scripted backend' });
  backend = new ScriptedBackend(backendLink, new SigV4Presigner({ ...at, ...WRITER }));
  await backend.start();
  dataset = await tinyDataset(40);
});

afterAll(async () => {
  await backend.close();
  await backendLink.close();
  writer.close();
  await storeServer.close();
  await nats.close();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  workDirectory = await mkdtemp(join(folder, 'work-'));
  launches = 0;
  crashes = false;
  backend.comeBack();
  backend.onQuestion = (): void => undefined;
  await startWorker();
});

afterEach(async () => {
  await stopWorker();
});

async function startWorker(limits: Record<string, string> = {}): Promise<void> {
  const config = TrainingConfig.read({
    NATS_URL: nats.urlFor('training'),
    S3_ENDPOINT: storeServer.endpoint,
    S3_BUCKET: BUCKET,
    S3_ACCESS_KEY_ID: READER.accessKeyId,
    S3_SECRET_ACCESS_KEY: READER.secretAccessKey,
    WORK_DIRECTORY: workDirectory,
    HEARTBEAT_SECONDS: '1',
    CANCEL_POLL_SECONDS: '1',
    RPC_TIMEOUT_SECONDS: '1',
    ...limits,
  });
  // As the product: with the rights of the training user and nothing more.
  workerLink = new NatsLink({ url: config.nats.url, name: 'worker', inboxPrefix: TRAINING_INBOX_PREFIX, reconnectWaitMilliseconds: 100 });
  const launch = (): EngineRun => {
    launches += 1;
    // As EngineProcess does when the child is killed.
    if (crashes) return { run: () => Promise.resolve({ kind: 'failed', code: 'engine-crashed', detail: 'The process that trains ended by itself.' }), stop: () => Promise.resolve() };
    return new InProcessEngine();
  };
  const journal = { confirmMilliseconds: 100, resendAfterMilliseconds: 1_000 };
  worker = await composeWorker({ config, link: workerLink, store: new S3ObjectStore(config.store), launch, log: silentLog, journal, upload: { firstPauseMilliseconds: 50, longestPauseMilliseconds: 500 } });
  const strategy = new JetStreamServer({ link: workerLink, app: 'training', managesTopology: false, drainBudgetMilliseconds: 1_000 });
  app = await NestFactory.createMicroservice(TrainingModule.with(worker), { strategy, logger: false });
  await app.listen();
}

async function stopWorker(): Promise<void> {
  await worker.stop(8_000);
  await app.close();
  await workerLink.close();
}

/** Puts a zip into the store as a snapshot of its own and makes a job on it. */
async function newJob(of: TinyDataset, facts: Partial<GrantFacts> = {}): Promise<ReturnType<ScriptedBackend['addJob']>> {
  version += 1;
  const key = objectKeys.snapshotZip('platform-bars-0123abcd', version);
  await writer.put(key, of.zip);
  const hyperparameters = { epochs: 2, batch_size: 8, learning_rate: 0.01, image_size: 16, seed: 5, ...facts.hyperparameters };
  return backend.addJob({ snapshot: { version, key, size_bytes: of.zip.length, sha256: of.sha256 }, ...facts, hyperparameters });
}

type Job = ReturnType<ScriptedBackend['addJob']>;
const kinds = (job: Job): string[] => job.reports.map((one) => one.kind);
const last = (job: Job): Record<string, unknown> => job.reports.at(-1)?.data ?? {};
const metricsOf = (job: Job): number[] => job.reports.flatMap((one) => (one.data['metrics'] === undefined ? [] : [(one.data['metrics'] as { epoch: number }).epoch]));
const bytesRead = (): number => Object.entries(storeServer.stats()).reduce((sum, [name, counter]) => sum + (name.startsWith('GetObject:') ? counter.requests : 0), 0);
/** What the job's model says of validation images, as it lies in the store; checked against the contract. */
async function examplesOf(job: Job): Promise<ValidationExample[]> {
  const { key } = last(job)['examples'] as { key: string };
  const lines = Buffer.from(await writer.getBytes(key, 1_000_000)).toString().trimEnd().split('\n');
  return lines.map((line) => validationExampleSchema.parse(JSON.parse(line)));
}
const checkpointOf = (job: Job, epoch: number): { sha256: string; key: string; size_bytes: number } =>
  job.reports.find((one) => one.kind === 'checkpointed' && one.data['kind'] === 'state' && one.data['epoch'] === epoch)?.data as { sha256: string; key: string; size_bytes: number };

async function until(isTrue: () => boolean | Promise<boolean>, seconds = 40): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error('it did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
const ended = (job: Job): Promise<void> => until(() => ['completed', 'failed', 'cancelled'].includes(kinds(job).at(-1) ?? ''));
const leftovers = async (): Promise<string[]> => readdir(join(workDirectory, 'attempts'));

describe('a job that goes well', () => {
  it('is verified, read once, trained, stored through minted addresses and reported without a gap; nothing temporary is left', async () => {
    const job = await newJob(dataset);
    await backend.dispatch(job.grant.job_id);
    await ended(job);
    expect(kinds(job).at(-1)).toBe('completed');
    expect(job.reports.map((one) => one.data['sequence'])).toEqual(job.reports.map((_, index) => index + 1));
    expect(kinds(job).filter((one) => one !== 'progressed')).toEqual(['started', 'checkpointed', 'checkpointed', 'checkpointed', 'checkpointed', 'completed']);
    expect(metricsOf(job)).toEqual([1, 2]);
    const finalModel = last(job)['final_model'] as { key: string; sha256: string };
    const stored = await writer.getBytes(finalModel.key, 10_000_000);
    expect(createHash('sha256').update(stored).digest('hex')).toBe(finalModel.sha256);
    const metrics = JSON.parse(Buffer.from(await writer.getBytes(objectKeys.metrics(job.grant.job_id), 1_000_000)).toString()) as { metrics: unknown[]; best_epoch: number };
    expect(metrics.metrics).toHaveLength(2);
    expect(metrics.best_epoch).toBe(last(job)['best_epoch']);
    const examples = await examplesOf(job);
    expect(examples).toHaveLength(metrics.metrics.length > 0 ? 8 : 0);
    expect(await leftovers()).toEqual([]);
    expect(backend.heartbeats).toBeGreaterThan(0);
    expect(bytesRead()).toBeGreaterThan(0);
  });

  it('trains with the engine that it asks for, and says in its log that it is slow', async () => {
    const job = await newJob(dataset, { hyperparameters: { epochs: 1, engine: 'tfjs' } });
    await backend.dispatch(job.grant.job_id);
    await ended(job);
    expect(kinds(job).at(-1)).toBe('completed');
    expect(job.reports.find((one) => one.kind === 'started')?.data['engine']).toBe('tfjs (tfjs-wasm)');
    expect(job.reports.flatMap((one) => one.data['log'] ?? []).join('\n')).toContain('warn: TensorFlow.js runs as WebAssembly');
  });

  it('reads nothing from the store when the worker has had this snapshot before', async () => {
    const first = await newJob(dataset, { hyperparameters: { epochs: 1 } });
    await backend.dispatch(first.grant.job_id);
    await ended(first);
    const second = backend.addJob({ snapshot: first.grant.snapshot, hyperparameters: first.grant.hyperparameters });
    const before = bytesRead();
    await backend.dispatch(second.grant.job_id);
    await ended(second);
    expect(kinds(second).at(-1)).toBe('completed');
    expect(bytesRead()).toBe(before);
  });

  it('leaves broken images out, says so, and reads a dataset below one folder', async () => {
    const job = await newJob(await tinyDataset(40, { brokenImages: 2, root: 'my-dataset/' }), { hyperparameters: { epochs: 1 } });
    await backend.dispatch(job.grant.job_id);
    await ended(job);
    expect(kinds(job).at(-1)).toBe('completed');
    const log = job.reports.flatMap((one) => (one.data['log'] as string[] | undefined) ?? []);
    expect(log.join('\n')).toContain('2 labeled images stay out');
  });

  it('goes on from a checkpoint to the very same weights', async () => {
    const whole = await newJob(dataset, { hyperparameters: { epochs: 3 } });
    await backend.dispatch(whole.grant.job_id);
    await ended(whole);
    const { key, size_bytes, sha256 } = checkpointOf(whole, 2);
    const resumed = backend.addJob({ snapshot: whole.grant.snapshot, hyperparameters: whole.grant.hyperparameters, attempt: 2, resume_from: { epoch: 2, key, size_bytes, sha256 } });
    await backend.dispatch(resumed.grant.job_id);
    await ended(resumed);
    expect(metricsOf(resumed)).toEqual([3]);
    expect(checkpointOf(resumed, 3).sha256).toBe(checkpointOf(whole, 3).sha256);
    expect(last(resumed)['final_model']).toMatchObject({ sha256: (last(whole)['final_model'] as { sha256: string }).sha256 });
  });

  it('begins with the weights of another model, and says so', async () => {
    const first = await newJob(dataset, { hyperparameters: { epochs: 3 } });
    await backend.dispatch(first.grant.job_id);
    await ended(first);
    const { key, size_bytes, sha256 } = checkpointOf(first, 3);
    const warm = backend.addJob({ snapshot: first.grant.snapshot, hyperparameters: { ...first.grant.hyperparameters, epochs: 1 }, init_from: { key, size_bytes, sha256 } });
    await backend.dispatch(warm.grant.job_id);
    await ended(warm);
    expect(kinds(warm).at(-1)).toBe('completed');
    expect(metricsOf(warm)).toEqual([1]);
    const log = warm.reports.flatMap((one) => (one.data['log'] as string[] | undefined) ?? []);
    expect(log.join('\n')).toContain('beginning with the weights of another model');
    const lossOf = (job: Job): number => (job.reports.find((one) => one.data['metrics'] !== undefined)?.data['metrics'] as { train_loss: number }).train_loss;
    expect(lossOf(warm)).toBeLessThan(lossOf(first));
  });

  it('learns to find objects, and shows them in pixels of the images', async () => {
    const blocks = await blockZip(40);
    const job = await newJob(blocks, { task_type: 'object_detection', model: 'centers-small', hyperparameters: { epochs: 1, image_size: 64, batch_size: 8 } });
    await backend.dispatch(job.grant.job_id);
    await ended(job);
    expect(kinds(job).at(-1)).toBe('completed');
    const examples = await examplesOf(job);
    expect(examples).toHaveLength(8);
    expect(examples.every((one) => one.truth.length > 0 && one.truth.every(({ class_id, bbox }) => [3, 7].includes(class_id) && bbox?.length === 4))).toBe(true);
  });

  it('finishes a job whose every epoch was trained before the worker was lost, with the best model of that attempt', async () => {
    const whole = await newJob(dataset, { hyperparameters: { epochs: 2 } });
    await backend.dispatch(whole.grant.job_id);
    await ended(whole);
    const { key, size_bytes, sha256 } = checkpointOf(whole, 2);
    const resumed = backend.addJob({ snapshot: whole.grant.snapshot, hyperparameters: whole.grant.hyperparameters, attempt: 2, resume_from: { epoch: 2, key, size_bytes, sha256 } });
    await backend.dispatch(resumed.grant.job_id);
    await ended(resumed);
    expect(metricsOf(resumed)).toEqual([]);
    expect(last(resumed)['best_epoch']).toBe(last(whole)['best_epoch']);
    expect(last(resumed)['final_model']).toMatchObject({ sha256: (last(whole)['final_model'] as { sha256: string }).sha256 });
  });

  it('takes an object of the same bytes as stored, and another content to a name of its own', async () => {
    const first = await newJob(dataset, { hyperparameters: { epochs: 1 } });
    await backend.dispatch(first.grant.job_id);
    await ended(first);
    const again = backend.addJob({ snapshot: first.grant.snapshot, hyperparameters: first.grant.hyperparameters, attempt: 2 });
    const keys = { state: objectKeys.checkpoint(again.grant.job_id, { epoch: 1, extension: 'ckpt' }), model: objectKeys.checkpoint(again.grant.job_id, { epoch: 1, extension: 'onnx' }) };
    await writer.put(keys.state, await writer.getBytes(checkpointOf(first, 1).key, 10_000_000));
    await writer.put(keys.model, Buffer.from('another model'));
    await backend.dispatch(again.grant.job_id);
    await ended(again);
    const stored = again.reports.filter((one) => one.kind === 'checkpointed').map((one) => one.data['key']);
    expect(stored).toEqual([objectKeys.checkpoint(again.grant.job_id, { epoch: 1, extension: 'onnx', attempt: 2 }), keys.state]);
    expect(Buffer.from(await writer.getBytes(keys.model, 100)).toString()).toBe('another model');
  });
});

describe('without a yes', () => {
  it('reads nothing for a forged message, and keeps the message as evidence', async () => {
    const before = bytesRead();
    await backend.dispatch(newId());
    const manager = await backendLink.manager();
    await until(async () => (await manager.streams.info('VISION_DEAD_LETTER')).state.messages > 0);
    expect(bytesRead()).toBe(before);
    expect(launches).toBe(0);
  });

  it('asks again while the backend is away, under the same claim, and then runs the job', async () => {
    const job = await newJob(dataset, { hyperparameters: { epochs: 1 } });
    backend.goAway();
    const before = bytesRead();
    await backend.dispatch(job.grant.job_id);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(bytesRead()).toBe(before);
    backend.comeBack();
    await ended(job);
    expect(kinds(job).at(-1)).toBe('completed');
  });

  it('reads nothing when another worker has the job', async () => {
    const job = await newJob(dataset);
    job.claimId = newId();
    const before = bytesRead();
    const asked = backend.asked.length;
    await backend.dispatch(job.grant.job_id);
    await until(() => backend.asked.length > asked);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(bytesRead()).toBe(before);
    expect(job.reports).toEqual([]);
  });

  it('reads nothing when the job is cancelled between the yes and the first byte', async () => {
    const job = await newJob(dataset);
    backend.onQuestion = (subject): void => {
      if (subject.includes('verify')) job.stop = 'cancelled';
    };
    const before = bytesRead();
    await backend.dispatch(job.grant.job_id);
    await ended(job);
    expect(kinds(job)).toEqual(['cancelled']);
    expect(bytesRead()).toBe(before);
    expect(await leftovers()).toEqual([]);
  });
});

describe('when something breaks', () => {
  it('refuses altered snapshot bytes before the first step', async () => {
    const job = await newJob(dataset);
    const altered = Buffer.from(dataset.zip);
    altered.writeUInt8((altered.readUInt8(200) + 1) % 256, 200);
    await writer.put(job.grant.snapshot.key, altered);
    await backend.dispatch(job.grant.job_id);
    await ended(job);
    expect(last(job)).toMatchObject({ code: 'corrupt-snapshot', retryable: false });
    expect(launches).toBe(0);
    expect(await leftovers()).toEqual([]);
    expect(await readdir(join(workDirectory, 'cache'))).toEqual([]);
  });

  it('refuses a checkpoint whose bytes are not the granted ones', async () => {
    const job = await newJob(dataset);
    const key = objectKeys.checkpoint(job.grant.job_id, { epoch: 1, extension: 'ckpt' });
    await writer.put(key, Buffer.from('not what was stored'));
    const resumed = backend.addJob({ snapshot: job.grant.snapshot, hyperparameters: job.grant.hyperparameters, attempt: 2, resume_from: { epoch: 1, key, size_bytes: 19, sha256: 'ab'.repeat(32) } });
    await backend.dispatch(resumed.grant.job_id);
    await ended(resumed);
    expect(last(resumed)).toMatchObject({ code: 'corrupt-checkpoint', retryable: false });
    expect(launches).toBe(0);
    expect(await leftovers()).toEqual([]);
  });

  it('hands a crash of the engine back for another attempt', async () => {
    const job = await newJob(dataset, { hyperparameters: { epochs: 1000 } });
    crashes = true;
    await backend.dispatch(job.grant.job_id);
    await ended(job);
    expect(last(job)).toMatchObject({ code: 'engine-crashed', retryable: true });
    expect(await leftovers()).toEqual([]);
  });

  it('says clearly that the room for temporary files is used up', async () => {
    await stopWorker();
    // 1 MiB is the least that the configuration takes; 256 images of 96 pixels are checked for at once.
    await startWorker({ WORK_LIMIT_BYTES: String(1024 * 1024) });
    const job = await newJob(dataset, { hyperparameters: { image_size: 96 } });
    await backend.dispatch(job.grant.job_id);
    await ended(job);
    expect(last(job)).toMatchObject({ code: 'work-limit', retryable: false });
    expect(await leftovers()).toEqual([]);
  });

  it('stops within five seconds of a cancel in the middle of the training, with its files gone', async () => {
    const job = await newJob(dataset, { hyperparameters: { epochs: 1000 } });
    await backend.dispatch(job.grant.job_id);
    await until(() => metricsOf(job).length > 1);
    const cancelledAt = Date.now();
    job.stop = 'cancelled';
    await ended(job);
    expect(Date.now() - cancelledAt).toBeLessThan(5_000);
    expect(kinds(job).at(-1)).toBe('cancelled');
    expect(await leftovers()).toEqual([]);
  });

  it('goes away silently when another worker holds the job', async () => {
    const job = await newJob(dataset, { hyperparameters: { epochs: 1000 } });
    await backend.dispatch(job.grant.job_id);
    await until(() => metricsOf(job).length > 1);
    job.isFenced = true;
    job.stop = 'stale-attempt';
    await until(() => !worker.isBusy, 10);
    expect(await leftovers()).toEqual([]);
    expect(kinds(job)).not.toContain('failed');
    expect(kinds(job)).not.toContain('completed');
  });

  it('gives the job back at once when the process is told to stop', async () => {
    const job = await newJob(dataset, { hyperparameters: { epochs: 1000 } });
    await backend.dispatch(job.grant.job_id);
    await until(() => metricsOf(job).length > 1);
    await worker.stop(8_000);
    await ended(job);
    expect(last(job)).toMatchObject({ code: 'worker-stopped', retryable: true });
    expect((last(job)['log'] as string[]).join('\n')).toContain('epoch 1/1000');
    expect(await leftovers()).toEqual([]);
  });

  it('trains on while the backend is away, and delivers every figure in order afterwards', async () => {
    const job = await newJob(dataset, { hyperparameters: { epochs: 12 } });
    backend.onQuestion = (subject): void => {
      // The first upload finds nobody.
      if (subject.includes('checkpoint-upload')) backend.goAway();
    };
    await backend.dispatch(job.grant.job_id);
    await until(() => job.reports.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    backend.onQuestion = (): void => undefined;
    backend.comeBack();
    await ended(job);
    expect(kinds(job).at(-1)).toBe('completed');
    expect(metricsOf(job)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
    expect(kinds(job).filter((one) => one === 'checkpointed')).toHaveLength(24);
  });

  it('loses no report when the broker loses its disk in the middle', async () => {
    const epochs = 100;
    const job = await newJob(dataset, { hyperparameters: { epochs } });
    await backend.dispatch(job.grant.job_id);
    await until(() => metricsOf(job).length > 2);
    // What was stored and not yet taken is lost with the disk.
    backend.goAway();
    await until(async () => (await backend.untakenReports()) > 10);
    await nats.kill();
    await nats.deleteStore();
    await nats.restart();
    await until(() => backendLink.isConnected && workerLink.isConnected);
    await backend.makeTopology();
    backend.comeBack();
    await ended(job);
    expect(kinds(job).at(-1)).toBe('completed');
    expect(job.reports.map((one) => one.data['sequence'])).toEqual(job.reports.map((_, index) => index + 1));
    expect(metricsOf(job)).toEqual(Array.from({ length: epochs }, (_, index) => index + 1));
  });
});

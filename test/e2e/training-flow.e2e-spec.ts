import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { S3ObjectStore, StoreAccessDenied } from '@app/object-store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient, type Job } from './api-client.js';
import { startProduct, type Product } from './harness.js';
import { mnistZip } from './mnist-zip.js';
import { Planted, Telemetry } from './telemetry.js';

/** Service and span, one of each step. */
const TOLD = [
  ...['POST /api/v1/datasets/upload', 'POST /api/v1/training/start', 'command StartTraining', 'publish vision.training.job.requested.v1'].map((name) => `vision-backend ${name}`),
  ...['process vision.training.job.requested.v1', 'command BuildSnapshot', 'store CopyObject', 'process vision.snapshot.snapshot.completed.v1', 'publish vision.training.job.dispatched.v1'].map((name) => `vision-backend ${name}`),
  ...['process vision.training.job.dispatched.v1', 'request vision.training.rpc.verify-job.v1', 'training attempt', 'read snapshot', 'epoch', 'upload state', 'upload final'].map((name) => `vision-training ${name}`),
  ...['answer vision.training.rpc.verify-job.v1', 'answer vision.training.rpc.checkpoint-upload.v1', 'process vision.training.job.checkpointed.v1'].map((name) => `vision-backend ${name}`),
];

let product: Product;
let api: ApiClient;
let datasetId = '';
let seen: Telemetry;

const reader = (): S3ObjectStore => storeWith(product.store.readonly_access_key_id, product.store.readonly_secret_access_key);
const storeWith = (accessKeyId: string, secretAccessKey: string): S3ObjectStore => new S3ObjectStore({ endpoint: product.store.endpoint, region: 'auto', bucket: product.store.bucket, accessKeyId, secretAccessKey, maxAttempts: 1 });

async function keysUnder(prefix: string): Promise<string[]> {
  const store = reader();
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  store.close();
  return keys;
}

/** Folders of attempts on the worker; the cache of snapshots may stay. */
function attemptFolders(): string[] {
  const work = join(product.dataDirectory, 'training', 'attempts');
  return existsSync(work) ? readdirSync(work) : [];
}

beforeAll(async () => {
  seen = await Telemetry.prepare();
  product = await startProduct({ environment: { TRAINING_LEASE_SECONDS: '6', ...seen.environment } });
  api = await ApiClient.logIn(product);
});
afterAll(async () => {
  await product?.stop();
  await seen?.remove();
});

describe('upload, train, download', () => {
  let finished: Job;

  it('takes MNIST as a DICE zip and trains to 93 % on 2,000 images', async () => {
    // As a script does that wants to find all of it again.
    const traced = api.along(seen.headers);
    const made = await traced.upload(await mnistZip({ train: 2000, val: 500 }), { name: 'MNIST' });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    expect(made.body).toMatchObject({ num_images: 2500, num_classes: 10, splits: { train: 2000, val: 500, test: 0, unassigned: 0 } });
    datasetId = made.body.id;
    const { id } = await traced.start(datasetId, { epochs: 6 });
    finished = await api.untilEnded(id);
    expect(finished.state, JSON.stringify(finished.failure)).toBe('completed');
    const best = Math.max(...finished.metrics.map((one) => one.primary_value));
    const cpu = finished.metrics.reduce((sum, one) => sum + one.cpu_seconds, 0);
    process.stdout.write(`MNIST 2,000/500: accuracy ${(best * 100).toFixed(2)} %, ${cpu.toFixed(1)} CPU seconds of training\n`);
    expect(best).toBeGreaterThanOrEqual(0.93);
  });

  it('kept a checkpoint of every epoch, the final model, and one version that is the upload', async () => {
    expect(finished.metrics.map((one) => one.epoch)).toEqual([1, 2, 3, 4, 5, 6]);
    const names = await keysUnder(`models/${finished.id}/`);
    for (let epoch = 1; epoch <= 6; epoch += 1) for (const extension of ['ckpt', 'onnx']) expect(names).toContain(`models/${finished.id}/checkpoint-epoch-${epoch}.${extension}`);
    expect(names).toContain(`models/${finished.id}/final-model.onnx`);
    expect(await keysUnder(`datasets/${datasetId}/snapshots/`)).toEqual(['latest.json', 'v1.json', 'v1.zip'].map((name) => `datasets/${datasetId}/snapshots/${name}`));
    const listed = await api.call<{ items: { kind: string; url: string; size_bytes: number }[] }>('GET', `training/jobs/${finished.id}/checkpoints`);
    const final = listed.body.items.find((one) => one.kind === 'final');
    const model = await fetch(final?.url ?? '');
    expect(model.status).toBe(200);
    expect((await model.arrayBuffer()).byteLength).toBe(finished.final_model?.size_bytes);
    expect(attemptFolders()).toEqual([]);
  });

  it('uses the same version again for the next training', async () => {
    const { id } = await api.start(datasetId, { epochs: 1 });
    expect((await api.untilEnded(id)).state).toBe('completed');
    expect(await keysUnder(`datasets/${datasetId}/snapshots/`)).toHaveLength(3);
  });

  it('tells the job as it goes on by server-sent events', async () => {
    const { id } = await api.start(datasetId, { epochs: 2 });
    const stream = await fetch(`${product.url}/api/v1/training/jobs/${id}/events`, { headers: { authorization: `Bearer ${api.token}`, 'last-event-id': '0' } });
    expect(stream.headers.get('content-type')).toContain('text/event-stream');
    const text = await stream.text();
    const kinds = [...text.matchAll(/^event: (\w+)$/gm)].map((match) => match[1]);
    expect(kinds.filter((kind) => kind === 'metrics')).toHaveLength(2);
    expect(kinds).toContain('progress');
    expect(kinds.filter((kind) => kind === 'checkpoint')).toHaveLength(4);
    const ids = [...text.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]));
    expect(ids).toEqual([...ids].sort((left, right) => left - right));
    // A client that lost the connection in the middle gets the rest and no more.
    const middle = ids[Math.floor(ids.length / 2)] ?? 0;
    const rest = await (await fetch(`${product.url}/api/v1/training/jobs/${id}/events`, { headers: { authorization: `Bearer ${api.token}`, 'last-event-id': String(middle) } })).text();
    expect([...rest.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]))).toEqual(ids.filter((one) => one > middle));
  });

  it("gives the worker's credential no write", async () => {
    const store = reader();
    await expect(store.put('models/x', Buffer.from('x'))).rejects.toBeInstanceOf(StoreAccessDenied);
    await expect(store.delete([`datasets/${datasetId}/snapshots/v1.zip`])).rejects.toBeInstanceOf(StoreAccessDenied);
    store.close();
  });
});

describe('cancel and retry', () => {
  it('stops within seconds, leaves no folder, and goes on from the last checkpoint', async () => {
    const { id } = await api.start(datasetId, { epochs: 40 });
    await api.until(id, (job) => job.metrics.length >= 2);
    const asked = Date.now();
    expect((await api.call('POST', `training/jobs/${id}/cancel`)).status).toBe(200);
    const cancelled = await api.untilEnded(id, 20_000);
    expect(cancelled.state).toBe('cancelled');
    expect(Date.now() - asked).toBeLessThan(15_000);
    for (let wait = 0; wait < 40 && attemptFolders().length > 0; wait += 1) await new Promise((resolve) => setTimeout(resolve, 100));
    expect(attemptFolders()).toEqual([]);
    const retried = await api.call<Job>('POST', `training/jobs/${id}/retry`);
    expect(retried.status).toBe(202);
    const resumed = await api.until(retried.body.id, (job) => job.metrics.length >= 1);
    expect(resumed.metrics[0]?.epoch).toBe((cancelled.checkpoints.filter((one) => one.kind === 'state').at(-1)?.epoch ?? 0) + 1);
    await api.call('POST', `training/jobs/${retried.body.id}/cancel`);
    await api.untilEnded(retried.body.id);
  });
});

describe('what the operator sees of it', () => {
  it('is one trace from the upload over snapshot, verification and epochs to the stored checkpoints', async () => {
    await expect.poll(() => seen.namesInTrace().includes('vision-backend process vision.training.job.completed.v1'), { timeout: 10_000 }).toBe(true);
    const names = seen.namesInTrace();
    for (const name of TOLD) expect(names, name).toContain(name);
    expect(names.filter((name) => name === 'vision-training epoch')).toHaveLength(6);
    expect(names.filter((name) => name === 'vision-training upload state')).toHaveLength(6);
    expect(seen.withoutParent()).toEqual([]);
  });

  it('is found in every log by the one correlation id that the client gave', () => {
    const correlated = ['backend', 'training'].map((name) => seen.linesOf(product, name).filter((line) => line['correlation_id'] === seen.headers['x-correlation-id']));
    expect(correlated.map((lines) => lines.length > 0)).toEqual([true, true]);
    expect(correlated[1]?.filter((line) => /epoch \d\/6: loss/.test(String(line['msg'])))).toHaveLength(6);
    expect(correlated.flat().map((line) => line['trace_id'])).toContain(seen.traceId);
  });

  it('is counted by both processes', async () => {
    const [backend, worker] = [await seen.metrics('backend'), await seen.metrics('training')];
    expect(worker['vision_training_epochs_total']).toBeGreaterThanOrEqual(9);
    expect(worker['vision_training_images_total']).toBeGreaterThanOrEqual(2000 * 9);
    expect(worker['vision_training_attempts_total{outcome="completed"}']).toBeGreaterThanOrEqual(3);
    expect(worker['vision_training_images_per_second']).toBe(0);
    expect(backend['vision_snapshot_bytes_total{how="copied"}']).toBeGreaterThan(100_000);
    expect(backend['vision_training_jobs{state="completed"}']).toBeGreaterThanOrEqual(3);
    expect(backend['vision_messages_handled_total{consumer="backend-training-reports",outcome="ack"}']).toBeGreaterThan(20);
    expect(backend['vision_http_request_duration_seconds_count{method="POST",route="/api/v1/training/start",status="2xx"}']).toBeGreaterThanOrEqual(3);
  });

  it('holds no secret: not in a log, not in an event, not in a trace, though each was used and failed', async () => {
    const planted = await Planted.through(product, api);
    expect(planted.missing).toEqual([]);
    const places = await planted.places(seen);
    expect(places.bytes).toBeGreaterThan(50_000);
    expect(planted.foundIn(places.texts)).toEqual([]);
    // The search finds what is there.
    expect(planted.foundIn([['a copy', planted.sample]])).not.toEqual([]);
  });
});

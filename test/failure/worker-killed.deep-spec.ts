import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { S3ObjectStore } from '@app/object-store';
import { connect } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient } from '../e2e/api-client.js';
import { startProduct, type Product } from '../e2e/harness.js';
import { processesOf } from '../e2e/process-tree.js';

let product: Product;
let api: ApiClient;
let datasetId = '';


async function sha256Of(key: string): Promise<string> {
  const { endpoint, bucket, readonly_access_key_id: accessKeyId, readonly_secret_access_key: secretAccessKey } = product.store;
  const store = new S3ObjectStore({ endpoint, region: 'auto', bucket, accessKeyId, secretAccessKey });
  const bytes = await store.getBytes(key, 100_000_000);
  store.close();
  return createHash('sha256').update(bytes).digest('hex');
}

beforeAll(async () => {
  product = await startProduct({ environment: { TRAINING_LEASE_SECONDS: '6' } });
  api = await ApiClient.logIn(product);
  datasetId = (await api.call<{ id: string }>('POST', 'datasets/demo')).body.id;
});
afterAll(() => product?.stop());

describe.runIf(existsSync('/proc'))('a training worker killed with -9 in the middle of an epoch', () => {
  it('is replaced; the job goes on from the last checkpoint to bitwise the same weights', async () => {
    const settings = { epochs: 5, seed: 11, augment: 'standard', batch_size: 16, image_size: 64 };
    const straight = await api.untilEnded((await api.start(datasetId, settings)).id);
    expect(straight.state).toBe('completed');

    const { id } = await api.start(datasetId, settings);
    await api.until(id, (job) => job.checkpoints.filter((one) => one.kind === 'state').length >= 2);
    const workers = processesOf(product, 'dist/training/apps/training/src/main.js');
    expect(workers).toHaveLength(1);
    for (const pid of workers) process.kill(pid, 'SIGKILL');

    const resumed = await api.untilEnded(id);
    expect(resumed.state, JSON.stringify(resumed.failure)).toBe('completed');
    expect(resumed.attempt).toBe(2);
    expect(resumed.metrics.map((one) => one.epoch)).toEqual([1, 2, 3, 4, 5]);
    expect(resumed.final_model?.sha256).toBe(straight.final_model?.sha256);
    for (const epoch of [3, 5]) expect(await sha256Of(`models/${id}/checkpoint-epoch-${epoch}.ckpt`)).toBe(await sha256Of(`models/${straight.id}/checkpoint-epoch-${epoch}.ckpt`));
    const left = join(product.dataDirectory, 'training', 'attempts');
    expect(existsSync(left) ? readdirSync(left) : []).toEqual([]);
    // The child that computed was not left behind.
    expect(processesOf(product, 'engine-child.main.js')).toEqual([]);
  });
});

describe('forged messages', () => {
  it('make no worker read a byte, and no second run of a finished job', async () => {
    const finished = await api.untilEnded((await api.start(datasetId, { epochs: 1 })).id);
    const url = new URL(product.nats_url);
    const connection = await connect({ servers: url.host, user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password), inboxPrefix: '_INBOX_backend' });
    const event = (jobId: string): string => {
      const id = randomUUID();
      return JSON.stringify({ specversion: '1.0', id, source: 'urn:forged', type: 'vision.training.job.dispatched.v1', subject: jobId, time: new Date().toISOString(), datacontenttype: 'application/json', correlationid: id, data: { job_id: jobId } });
    };
    const js = connection.jetstream();
    for (const jobId of [randomUUID(), finished.id]) await js.publish('vision.training.job.dispatched.v1', event(jobId));
    await js.publish('vision.training.job.dispatched.v1', 'not even JSON');
    const manager = await connection.jetstreamManager();
    for (let wait = 0; ; wait += 1) {
      const { num_pending: pending, num_ack_pending: unsettled } = await manager.consumers.info('VISION_TRAINING_WORK', 'training-workers');
      if (pending === 0 && unsettled === 0) break;
      expect(wait).toBeLessThan(100);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    await connection.drain();
    expect(await api.job(finished.id)).toMatchObject({ state: 'completed', attempt: finished.attempt });
    // The queue moves on behind them.
    expect((await api.untilEnded((await api.start(datasetId, { epochs: 1 })).id)).state).toBe('completed');
  });
});

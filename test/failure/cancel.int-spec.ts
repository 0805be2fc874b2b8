import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Job } from '../e2e/api-client.js';
import { mnistZip } from '../e2e/mnist-zip.js';
import { TrainingUnderTest, until } from './training-under-test.js';

const TERMINAL = new Set(['completed', 'failed', 'cancelled']);
const NEVER = new Promise<void>(() => undefined);

let under: TrainingUnderTest;
let datasetId = '';

const cancel = (id: string): Promise<unknown> => under.api.call('POST', `training/jobs/${id}/cancel`);
const start = async (epochs: number): Promise<string> => (await under.api.start(datasetId, { epochs, batch_size: 16 })).id;

/** Ends within five seconds of `from` in one terminal state and no other, with nothing left on the worker. */
async function endedOnce(id: string, from: number): Promise<Job> {
  const job = await under.api.until(id, (one) => TERMINAL.has(one.state), 20_000);
  expect(Date.now() - from).toBeLessThan(5_000);
  await until(() => !under.isWorkerBusy);
  expect(await under.attemptFolders()).toEqual([]);
  await under.untilTaken('VISION_TRAINING', 'backend-training-reports');
  expect((await under.states(id)).filter((state) => TERMINAL.has(state))).toEqual([job.state]);
  return job;
}

beforeAll(async () => {
  under = await TrainingUnderTest.start();
  datasetId = (await under.api.upload(await mnistZip({ train: 60, val: 20 }), { name: 'Digits' })).body.id;
  await under.startWorker();
});
afterEach(() => {
  under.proxy.before = (): void => undefined;
});
afterAll(() => under?.close());

describe('a cancel', () => {
  it('between the yes and the first byte, while the store keeps the worker waiting, ends the job as cancelled', async () => {
    let isAsked = false;
    under.proxy.before = ({ method, path, accessKeyId }): Promise<void> | void => {
      if (method !== 'GET' || accessKeyId !== 'reader' || !path.endsWith('.zip')) return;
      isAsked = true;
      return NEVER;
    };
    const id = await start(3);
    await until(() => isAsked);
    const from = Date.now();
    await cancel(id);
    expect(await endedOnce(id, from)).toMatchObject({ state: 'cancelled', final_model: null, metrics: [] });
    // The worker is free for the next one.
    under.proxy.before = (): void => undefined;
    expect((await under.api.untilEnded(await start(1))).state).toBe('completed');
  });

  it('in the middle of the training ends it as cancelled; no report follows', async () => {
    const id = await start(1000);
    await until(async () => (await under.api.job(id)).metrics.length > 1);
    const from = Date.now();
    await cancel(id);
    expect(await endedOnce(id, from)).toMatchObject({ state: 'cancelled', final_model: null });
    const trace = await under.trace(id);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await under.trace(id)).toEqual(trace);
  });

  it('while the final model is on its way ends the job as cancelled, without a model', async () => {
    let id = '';
    let from = 0;
    under.proxy.before = async ({ method, path }): Promise<void> => {
      if (method !== 'PUT' || !path.endsWith('/final-model.onnx')) return;
      from = Date.now();
      await cancel(id);
      return NEVER;
    };
    id = await start(2);
    await until(() => from > 0);
    expect(await endedOnce(id, from)).toMatchObject({ state: 'cancelled', final_model: null });
  });

  it('that meets the last report waits for it and is refused: the job is completed and has its model', async () => {
    // The look of the backend at the final model belongs to the very transaction that completes the job.
    for (const waitMilliseconds of [50, 300]) {
      let id = '';
      let from = 0;
      let cancelling: Promise<unknown> = NEVER;
      under.proxy.before = async ({ method, path }): Promise<void> => {
        if (method !== 'HEAD' || !path.endsWith('/final-model.onnx') || from > 0) return;
        from = Date.now();
        cancelling = cancel(id);
        await new Promise((resolve) => setTimeout(resolve, waitMilliseconds));
      };
      id = await start(2);
      await until(() => from > 0);
      const job = await endedOnce(id, from);
      expect(await cancelling).toMatchObject({ status: 409 });
      expect(job.state).toBe('completed');
      expect(job.final_model).not.toBeNull();
    }
  });

  it('while the last file is on its way ends the job once: completed with its model, or cancelled without', async () => {
    let id = '';
    let from = 0;
    under.proxy.before = async ({ method, path }): Promise<void> => {
      if (method !== 'PUT' || !path.endsWith('/metrics.json') || from > 0) return;
      from = Date.now();
      await cancel(id);
    };
    id = await start(2);
    await until(() => from > 0);
    const job = await endedOnce(id, from);
    expect(job.final_model === null).toBe(job.state === 'cancelled');
    expect((await under.states(id)).slice(-2)).toEqual(['cancelling', job.state]);
  });
});

import { afterAll, beforeAll, expect, it } from 'vitest';
import { mnistZip } from '../e2e/mnist-zip.js';
import { shuffled } from './shuffled.js';
import { TrainingUnderTest, until } from './training-under-test.js';
import { numbers, story, WorkerByHand } from './worker-by-hand.js';

/** F-26: every report ten times, in ten orders of chance; and all of them once more when an hour has passed. */
const SEEDS = Array.from({ length: 10 }, (_, index) => index + 1);
const EPOCHS = 15;

let under: TrainingUnderTest;
let byHand: WorkerByHand;
let datasetId = '';

beforeAll(async () => {
  under = await TrainingUnderTest.start();
  await under.asTraining.whenConnected();
  byHand = new WorkerByHand(under.asTraining);
  datasetId = (await under.api.upload(await mnistZip({ train: 20, val: 10 }), { name: 'Digits' })).body.id;
});
afterAll(() => under?.close());

it.each(SEEDS)('reports that come ten times and shuffled, seed %i, take effect once', async (seed) => {
  const { id } = await under.api.start(datasetId, { epochs: EPOCHS });
  await until(async () => (await under.api.job(id)).state === 'queued');
  const all = story(await byHand.claim(id), EPOCHS);
  const often = Array.from({ length: 10 }, () => all).flat();
  const send = async (): Promise<void> => {
    for (const { subject, bytes } of shuffled(often, seed)) await under.publish(under.asTraining, subject, bytes);
    await under.untilTaken('VISION_TRAINING', 'backend-training-reports');
  };
  await send();
  expect(await under.api.untilEnded(id, 50_000)).toMatchObject({ state: 'failed', failure: { code: 'by-hand' } });
  expect((await under.api.job(id)).metrics.map((one) => one.epoch)).toEqual(numbers(EPOCHS));
  expect(await under.states(id)).toEqual(['requested', 'queued', 'verifying', 'running', 'failed']);
  await under.pool.query("update training_jobs set heard_at = heard_at - interval '1 hour', finished_at = finished_at - interval '1 hour' where id = $1", [id]);
  const trace = await under.trace(id);
  await send();
  expect(await under.trace(id)).toEqual(trace);
});

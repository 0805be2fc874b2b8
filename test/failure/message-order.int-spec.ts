import { randomUUID } from 'node:crypto';
import { messageRejectedV1, trainingDispatchedV1, trainingProgressedV1, trainingRequestedV1, type TrainingGrant } from '@app/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mnistZip } from '../e2e/mnist-zip.js';
import { TrainingUnderTest, until } from './training-under-test.js';
import { shuffled } from './shuffled.js';
import { numbers, story, WorkerByHand, type Report } from './worker-by-hand.js';

const SEED = 20_261;

let under: TrainingUnderTest;
let byHand: WorkerByHand;
let datasetId = '';

/** A job that this test holds as a worker would. */
async function claimed(epochs: number): Promise<{ jobId: string; grant: TrainingGrant }> {
  const { id: jobId } = await under.api.start(datasetId, { epochs });
  await until(async () => (await under.api.job(jobId)).state === 'queued');
  return { jobId, grant: await byHand.claim(jobId) };
}

/** As the worker sends them: without a message id, so that the broker drops no repeat for us. */
const send = async (reports: readonly Report[]): Promise<void> => {
  for (const { subject, bytes } of reports) await under.publish(under.asTraining, subject, bytes);
};
const logOf = async (jobId: string): Promise<string[]> => (await under.api.call<{ items: { line: string }[] }>('GET', `training/jobs/${jobId}/logs?limit=1000`)).body.items.map((one) => one.line);
beforeAll(async () => {
  under = await TrainingUnderTest.start();
  await under.asTraining.whenConnected();
  byHand = new WorkerByHand(under.asTraining);
  datasetId = (await under.api.upload(await mnistZip({ train: 20, val: 10 }), { name: 'Digits' })).body.id;
});
afterAll(() => under?.close());

describe('reports', () => {
  it(`shuffled (seed ${SEED}) and each sent three times take effect once, in their order`, async () => {
    const epochs = 40;
    const { jobId, grant } = await claimed(epochs);
    const all = story(grant, epochs);
    await send(shuffled([...all, ...all, ...all], SEED));
    expect(await under.api.untilEnded(jobId, 50_000)).toMatchObject({ state: 'failed', failure: { code: 'by-hand' }, epoch: epochs });
    expect((await under.api.job(jobId)).metrics.map((one) => one.epoch)).toEqual(numbers(epochs));
    expect(await logOf(jobId)).toEqual([...numbers(epochs).map((epoch) => `epoch ${epoch}`), 'the end']);
    await under.untilTaken('VISION_TRAINING', 'backend-training-reports');
    expect(await under.states(jobId)).toEqual(['requested', 'queued', 'verifying', 'running', 'failed']);
  });

  it('that come in the opposite order do not hold up those of another job', async () => {
    const [first, second] = [await claimed(60), await claimed(2)];
    // Everything but the first one, last first: none of it can take effect yet.
    const [opening, ...rest] = story(first.grant, 60);
    await send(rest.reverse());
    await send(story(second.grant, 2));
    expect((await under.api.untilEnded(second.jobId, 8_000)).metrics).toHaveLength(2);
    expect((await under.api.job(first.jobId)).metrics).toHaveLength(0);
    await send(opening === undefined ? [] : [opening]);
    expect((await under.api.untilEnded(first.jobId, 50_000)).metrics).toHaveLength(60);
  });

  it('replayed in whole when all is over change nothing', async () => {
    const { jobId, grant } = await claimed(5);
    const all = story(grant, 5);
    await send(all);
    await under.api.untilEnded(jobId);
    const trace = await under.trace(jobId);
    await send(shuffled([...all, ...all], SEED + 1));
    await under.untilTaken('VISION_TRAINING', 'backend-training-reports');
    expect(await under.trace(jobId)).toEqual(trace);
  });
});

describe('a request that comes ten times', () => {
  it('makes one snapshot and one run', async () => {
    const { id: jobId } = await under.api.start(datasetId, { epochs: 1 });
    await until(async () => (await under.api.job(jobId)).state === 'queued');
    const { rows } = await under.pool.query<{ event: unknown }>('select event from outbox where type = any($1) and event->>\'subject\' = $2 order by seq', [[trainingRequestedV1.subject], jobId]);
    expect(rows).toHaveLength(1);
    const [trace, snapshots] = [await under.trace(jobId), await under.pool.query('select count(*) from snapshots')];
    for (let repeat = 0; repeat < 10; repeat += 1) await under.publish(under.asBackend, trainingRequestedV1.subject, JSON.stringify(rows[0]?.event));
    await under.untilTaken('VISION_TRAINING', 'snapshot-requested-by-training');
    await under.untilTaken('VISION_SNAPSHOT', 'training-queues-job-when-snapshot-completed');
    expect(await under.trace(jobId)).toEqual(trace);
    expect((await under.pool.query('select count(*) from snapshots')).rows).toEqual(snapshots.rows);
    const dispatched = await under.pool.query('select 1 from outbox where type = $1 and event->>\'subject\' = $2', [trainingDispatchedV1.subject, jobId]);
    expect(dispatched.rows).toHaveLength(1);
    await under.api.call('POST', `training/jobs/${jobId}/cancel`);
  });
});

describe('poison at the head of the queue', () => {
  const envelope = (subject: string, changes: Record<string, unknown> = {}): string =>
    JSON.stringify({ specversion: '1.0', id: randomUUID(), source: 'urn:forged', type: subject, subject: 'x', time: new Date().toISOString(), datacontenttype: 'application/json', correlationid: 'forged', data: {}, ...changes });
  const kinds = (subject: string): [string, string | Uint8Array][] => [
    ['no JSON', '{"specversion"'],
    ['no UTF-8', Uint8Array.from([0x22, 0xff, 0xfe, 0x22])],
    ['no CloudEvent', '[]'],
    ['no id', envelope(subject, { id: undefined })],
    ['another type than its subject', envelope(subject, { type: 'vision.training.job.progressed.v9' })],
    ['data of another shape', envelope(subject, { data: { job_id: '../../x' } })],
    ['deep JSON', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
    ['a large nothing', JSON.stringify('x'.repeat(900_000))],
  ];

  it.each([
    [trainingProgressedV1.subject, 'VISION_TRAINING', 'backend-training-reports'],
    [trainingRequestedV1.subject, 'VISION_TRAINING', 'snapshot-requested-by-training'],
  ])('of %s goes to the dead letters with a reason, each once, and the next message is heard', async (subject, stream, durable) => {
    const before = await under.deadLetters();
    const poison = kinds(subject);
    for (const [, bytes] of poison) await under.publish(under.asBackend, subject, bytes);
    const { jobId, grant } = await claimed(1);
    await send(story(grant, 1));
    expect((await under.api.untilEnded(jobId, 10_000)).metrics).toHaveLength(1);
    await under.untilTaken(stream, durable);
    await until(async () => (await under.deadLetters()) >= before + poison.length);
    expect(await under.deadLetters()).toBe(before + poison.length);
    const last = await (await under.asBackend.manager()).streams.getMessage('VISION_DEAD_LETTER', { last_by_subj: messageRejectedV1.subjectOf('backend') });
    expect(last?.json<{ data: unknown }>().data).toMatchObject({ subject, stream, consumer: durable, deliveries: 1, reason: expect.stringContaining('CloudEvent') as string });
  });
});

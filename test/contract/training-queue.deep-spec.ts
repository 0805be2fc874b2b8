import { durableOf, trainingDispatchedV1, trainingFailedV1, workerHelloV1, type TrainingGrant, type WorkerHelloV1 } from '@app/contracts';
import { EventPublisher } from '@app/messaging';
import { CommandBus } from '@nestjs/cqrs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DispatchJobsCommand } from '../../apps/backend/src/modules/training/application/commands/dispatch-jobs/dispatch-jobs.command.js';
import type { Job } from '../e2e/api-client.js';
import { mnistZip } from '../e2e/mnist-zip.js';
import { TrainingUnderTest, until } from '../failure/training-under-test.js';
import { codeOf, report, WorkerByHand } from '../failure/worker-by-hand.js';
import { People } from './people.js';

/** Which job begins next, and what is known of the workers. The workers are played by hand: they say hello, claim and report as a real one does. */
type QueuedJob = Job & { readonly queue_position: number | null; readonly waits_for: string | null; readonly priority: string; readonly pool: string; readonly warnings: readonly { readonly code: string; readonly message: string }[] };

let under: TrainingUnderTest;
let people: People;
let byHand: WorkerByHand;
let hellos: EventPublisher;

const OFFER = { worker_id: 'by-hand', pool: 'default', engines: ['onnx'], models: ['cnn-small'], threads: 2, memory_bytes: 1_000_000_000, version: 'test', job_id: null, is_leaving: false };
const workers = async (token = under.api.token): Promise<Record<string, unknown>[]> => (await people.call<{ items: Record<string, unknown>[] }>('GET', 'training/workers', { token })).body.items;

async function hello(changes: Partial<WorkerHelloV1> = {}): Promise<void> {
  const said = { ...OFFER, ...changes };
  // Said again until it was heard, as a worker does: nobody keeps it.
  await until(async () => {
    hellos.signal(workerHelloV1, said);
    return (await workers()).some((one) => one['worker_id'] === said.worker_id && one['is_busy'] === (said.job_id !== null) && one['pool'] === said.pool) !== said.is_leaving;
  });
}

async function start(token: string, datasetId: string, more: Record<string, unknown> = {}): Promise<QueuedJob> {
  const answer = await people.call<QueuedJob>('POST', 'training/start', { token, body: { dataset_id: datasetId, hyperparameters: { epochs: 1 }, ...more } });
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  return answer.body;
}
const job = async (id: string): Promise<QueuedJob> => (await under.api.call<QueuedJob>('GET', `training/jobs/${id}`)).body;
const waitsFor = (id: string, reason: string | null): Promise<void> => until(async () => (await job(id)).waits_for === reason);
const fail = async (grant: TrainingGrant): Promise<void> => {
  const { subject, bytes } = report(trainingFailedV1, grant, { sequence: 1, data: { code: 'x', detail: 'x', retryable: false, log: ['first', 'last'] } });
  await under.publish(under.asTraining, subject, bytes);
  await until(async () => (await job(grant.job_id)).state === 'failed');
};
/** Jobs that were handed out, in their order. */
const handedOut = async (): Promise<{ id: string; lane: string | null }[]> =>
  (await under.pool.query<{ id: string; lane: string | null }>(`select event->>'subject' as id, event->>'partitionkey' as lane from outbox where type = $1 order by seq`, [trainingDispatchedV1.subject])).rows;

async function personWithDataset(name: string): Promise<{ readonly token: string; readonly datasetId: string }> {
  const { token } = await people.makeUser(name);
  const form = new FormData();
  form.set('name', name);
  form.set('file', new Blob([(await mnistZip({ train: 20, val: 10 })) as Uint8Array<ArrayBuffer>], { type: 'application/zip' }), 'dataset.zip');
  const made = await people.call<{ id: string }>('POST', 'datasets/upload', { token, form });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return { token, datasetId: made.body.id };
}

let anna: { readonly token: string; readonly datasetId: string };

beforeAll(async () => {
  under = await TrainingUnderTest.start({ TRAINING_CLAIM_SECONDS: '1', TRAINING_MAX_RUNNING_PER_USER: '2' });
  people = new People(under.backend);
  await people.logInAdmin();
  byHand = new WorkerByHand(under.asTraining);
  hellos = new EventPublisher(under.asTraining, 'urn:vision:training');
  await under.asTraining.whenConnected();
  anna = await personWithDataset('anna');
});
afterEach(async () => {
  await under.pool.query(`update training_jobs set state = 'cancelled', dispatched_at = null where state not in ('completed','failed','cancelled')`);
  await under.pool.query('delete from training_workers');
});
afterAll(() => under?.close());

describe('the workers', () => {
  it('are known by their word to whoever may train, and to nobody else', async () => {
    await hello({ worker_id: 'seen' });
    const stranger = await people.makeUser('stranger');
    expect(await people.call('GET', 'training/workers', { token: stranger.token })).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect((await people.call('GET', 'training/workers')).status).toBe(401);
    const { job_id: _, is_leaving: __, ...facts } = OFFER;
    expect(await workers(anna.token)).toMatchObject([{ ...facts, worker_id: 'seen', is_busy: false, job_id: null }]);
    await hello({ worker_id: 'seen', is_leaving: true });
    expect(await workers(anna.token)).toEqual([]);
  });

  it('that were silent for a minute are gone, and the job that they hold is named to those who may see it', async () => {
    const { id } = await start(anna.token, anna.datasetId);
    await hello({ job_id: id });
    const other = await personWithDataset('other');
    expect(await workers(anna.token)).toMatchObject([{ is_busy: true, job_id: id }]);
    expect(await workers(other.token)).toMatchObject([{ is_busy: true, job_id: null }]);
    await under.pool.query("update training_workers set last_seen_at = now() - interval '61 seconds'");
    expect(await workers()).toEqual([]);
  });
});

describe('a job', () => {
  it('of which no worker offers the model begins with a warning and says what it waits for, until one comes', async () => {
    await hello({ models: ['other-model'] });
    const started = await start(anna.token, anna.datasetId);
    expect(started.warnings.map((one) => one.code)).toContain('no-worker-offers-model');
    await waitsFor(started.id, 'no-worker');
    expect(await job(started.id)).toMatchObject({ state: 'queued', queue_position: 1, priority: 'normal', pool: 'default' });
    expect(await codeOf(byHand.claim(started.id, undefined, 'unknown'))).toBe('state-conflict');
    await hello();
    await waitsFor(started.id, 'claim');
    expect((await start(anna.token, anna.datasetId)).warnings.map((one) => one.code)).not.toContain('no-worker-offers-model');
  });

  it('of the engine tfjs waits for a worker that has it', async () => {
    await hello();
    const started = await start(anna.token, anna.datasetId, { hyperparameters: { epochs: 1, engine: 'tfjs' } });
    expect(started.warnings.map((one) => one.message).join()).toContain('offers the model cnn-small@tfjs');
    await waitsFor(started.id, 'no-worker');
    await hello({ worker_id: 'both', models: ['cnn-small', 'cnn-small@tfjs'] });
    await waitsFor(started.id, 'claim');
    expect(await codeOf(byHand.claim(started.id, undefined, 'by-hand'))).toBe('unavailable');
    expect((await byHand.claim(started.id, undefined, 'both')).hyperparameters).toMatchObject({ engine: 'tfjs' });
  });

  it('of a pool goes to the lane of its workers, who find their consumer made', async () => {
    await hello({ worker_id: 'gpu', pool: 'gpu', engines: ['external'] });
    await hello({ worker_id: 'plain' });
    const { id } = await start(anna.token, anna.datasetId, { pool: 'gpu' });
    await waitsFor(id, 'claim');
    expect((await handedOut()).at(-1)).toEqual({ id, lane: 'gpu.external' });
    const consumer = await under.asTraining.jetstream().consumers.get('VISION_TRAINING_WORK', durableOf('gpu.external'));
    const message = await consumer.next({ expires: 5_000 });
    expect(JSON.parse(message?.string() ?? '{}')).toMatchObject({ subject: id });
    message?.ack();
    // One of another pool that got hold of it is sent away, and the job is still there for the right one.
    expect(await codeOf(byHand.claim(id, undefined, 'plain'))).toBe('unavailable');
    expect((await byHand.claim(id, undefined, 'gpu')).job_id).toBe(id);
  });

  it('is handed out again when nobody claims it although a worker is free', async () => {
    await hello();
    const { id } = await start(anna.token, anna.datasetId);
    await until(async () => (await handedOut()).filter((one) => one.id === id).length >= 2);
    await byHand.claim(id);
    const times = (await handedOut()).filter((one) => one.id === id).length;
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect((await handedOut()).filter((one) => one.id === id)).toHaveLength(times);
  });

  it('waits while its user has as many running as may be, and for a free worker', async () => {
    await hello({ worker_id: 'one' });
    await hello({ worker_id: 'two' });
    await hello({ worker_id: 'three' });
    const jobs = [await start(anna.token, anna.datasetId), await start(anna.token, anna.datasetId), await start(anna.token, anna.datasetId)];
    for (const [index, name] of ['one', 'two'].entries()) {
      await waitsFor(jobs[index]?.id ?? '', 'claim');
      await byHand.claim(jobs[index]?.id ?? '', undefined, name);
    }
    await waitsFor(jobs[2]?.id ?? '', 'user-limit');
    const bert = await personWithDataset('bert');
    const [first, second] = [await start(bert.token, bert.datasetId), await start(bert.token, bert.datasetId)];
    await waitsFor(first.id, 'claim');
    await byHand.claim(first.id, undefined, 'three');
    await waitsFor(second.id, 'worker');
    const answer = await people.call<QueuedJob>('PATCH', `training/jobs/${second.id}`, { token: bert.token, body: { priority: 'high' } });
    expect(answer).toMatchObject({ status: 200, body: { priority: 'high', queue_position: 1 } });
    expect(await job(jobs[2]?.id ?? '')).toMatchObject({ queue_position: 2, waits_for: 'user-limit' });
    expect((await people.call('PATCH', `training/jobs/${second.id}`, { token: bert.token, body: { priority: 'highest' } })).status).toBe(422);
  });

  it('that failed tells its last lines', async () => {
    const { id } = await start(anna.token, anna.datasetId);
    await waitsFor(id, 'claim');
    await fail(await byHand.claim(id));
    expect((await job(id)).failure).toEqual({ code: 'x', detail: 'x', log_tail: ['first', 'last'] });
  });
});

describe('the turn', () => {
  it('goes round between users, whoever asked for much first, and ten backends that look at once choose each job once', async () => {
    const users = [await personWithDataset('carl'), await personWithDataset('dora'), await personWithDataset('emil')];
    // Nothing can begin before all have asked.
    await hello({ models: [] });
    const names = new Map<string, string>();
    for (const [index, { token, datasetId }] of users.entries()) {
      for (let count = 0; count < 5; count += 1) names.set((await start(token, datasetId)).id, 'cde'[index] ?? '');
    }
    for (const id of names.keys()) await waitsFor(id, 'no-worker');
    const before = (await handedOut()).length;
    await hello();
    for (let turn = 0; turn < names.size; turn += 1) {
      await Promise.all(Array.from({ length: 10 }, () => under.backend.app.get(CommandBus).execute(new DispatchJobsCommand())));
      const next = (await handedOut()).slice(before)[turn]?.id ?? '';
      await fail(await byHand.claim(next));
    }
    const order = (await handedOut()).slice(before).map((one) => names.get(one.id));
    expect(order.join('')).toBe('cde'.repeat(5));
    // Whoever asks for a version and whoever builds it lock in one order: a deadlock would be mended by the retry, one second later.
    expect((await under.pool.query<{ deadlocks: string }>('select deadlocks from pg_stat_database where datname = current_database()')).rows[0]?.deadlocks).toBe('0');
  });
});

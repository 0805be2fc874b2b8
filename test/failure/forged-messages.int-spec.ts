import { createHash, randomUUID } from 'node:crypto';
import { snapshotCompletedV1, snapshotFailedV1, trainingCancelledV1, trainingCheckpointedV1, trainingCompletedV1, trainingDispatchedV1, trainingFailedV1, type EventDefinition, type TrainingGrant } from '@app/contracts';
import { encodeEvent, makeEvent } from '@app/messaging';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExpireLeasesCommand } from '../../apps/backend/src/modules/training/application/commands/expire-leases/expire-leases.command.js';
import { CommandBus } from '@nestjs/cqrs';
import { mnistZip } from '../e2e/mnist-zip.js';
import { TrainingUnderTest, until } from './training-under-test.js';
import { codeOf, epochDone, report, started, WorkerByHand, type AttemptRef, type Report } from './worker-by-hand.js';

const HASH = 'ab'.repeat(32);

let under: TrainingUnderTest;
let byHand: WorkerByHand;
let datasetId = '';

const eventText = (definition: EventDefinition, subject: string, data: Record<string, unknown>): string =>
  JSON.stringify({ specversion: '1.0', id: randomUUID(), source: 'urn:forged', type: definition.subject, subject, time: new Date().toISOString(), datacontenttype: 'application/json', correlationid: 'forged', data });
const dispatch = (jobId: string, more: Record<string, unknown> = {}): Promise<void> => under.publish(under.asBackend, trainingDispatchedV1.subject, eventText(trainingDispatchedV1, jobId, { job_id: jobId, ...more }));
const untilWorkTaken = (): Promise<void> => under.untilTaken('VISION_TRAINING_WORK', 'training-workers');
const untilReportsTaken = (): Promise<void> => under.untilTaken('VISION_TRAINING', 'backend-training-reports');
const tell = async (...reports: readonly Report[]): Promise<void> => {
  for (const { subject, bytes } of reports) await under.publish(under.asTraining, subject, bytes);
  await untilReportsTaken();
};
const startJob = async (epochs = 1): Promise<string> => (await under.api.start(datasetId, { epochs, batch_size: 16 })).id;
const stateIs = (jobId: string, state: string): Promise<void> => until(async () => (await under.api.job(jobId)).state === state);

async function loseLease(jobId: string): Promise<void> {
  await under.pool.query("update training_jobs set heard_at = now() - interval '1 hour' where id = $1", [jobId]);
  expect(await under.backend.app.get(CommandBus).execute(new ExpireLeasesCommand())).toBe(1);
}

/** A job that this test holds as a worker would. */
async function claimed(epochs = 3): Promise<{ jobId: string; grant: TrainingGrant; claimId: string }> {
  const jobId = await startJob(epochs);
  await stateIs(jobId, 'queued');
  const claimId = randomUUID();
  return { jobId, claimId, grant: await byHand.claim(jobId, claimId) };
}

/** Everything that a worker may say of an attempt, numbered from `sequence` on. */
function everything(ref: AttemptRef, sequence: number): Report[] {
  const model = { key: `models/${ref.job_id}/final-model.onnx`, size_bytes: 10, sha256: HASH };
  return [
    epochDone(ref, sequence, { epoch: 9, epochs: 9 }),
    report(trainingCheckpointedV1, ref, { sequence: sequence + 1, data: { epoch: 1, kind: 'state', ...model } }),
    report(trainingCompletedV1, ref, { sequence: sequence + 2, data: { best_epoch: 1, final_model: model } }),
    report(trainingFailedV1, ref, { sequence: sequence + 3, data: { code: 'forged', detail: 'forged', retryable: false, log: ['forged'] } }),
    report(trainingCancelledV1, ref, { sequence: sequence + 4 }),
  ];
}

beforeAll(async () => {
  under = await TrainingUnderTest.start();
  await under.asTraining.whenConnected();
  byHand = new WorkerByHand(under.asTraining);
  datasetId = (await under.api.upload(await mnistZip({ train: 60, val: 20 }), { name: 'Digits' })).body.id;
});
afterAll(() => under?.close());

describe('a message that says train this', () => {
  beforeAll(() => under.startWorker());
  afterAll(() => under.stopWorker());

  it('of a job that nobody asked for reads no byte and is kept as evidence (J4)', async () => {
    const before = under.readsOfWorker().length;
    const letters = await under.deadLetters();
    const id = randomUUID();
    await dispatch(id);
    await untilWorkTaken();
    await until(async () => (await under.deadLetters()) > letters);
    expect(under.readsOfWorker().slice(before)).toEqual([]);
    expect((await under.trace(id)).job).toBeUndefined();
  });

  it('again after the job has finished reads no byte and changes nothing (J7)', async () => {
    const id = await startJob();
    expect((await under.api.untilEnded(id)).state).toBe('completed');
    await until(() => !under.isWorkerBusy);
    const [trace, before] = [await under.trace(id), under.readsOfWorker().length];
    for (let repeat = 0; repeat < 3; repeat += 1) await dispatch(id);
    await untilWorkTaken();
    expect(under.readsOfWorker().slice(before)).toEqual([]);
    expect(await under.trace(id)).toEqual(trace);
  });

  it('again after a cancel reads no byte and changes nothing (J7)', async () => {
    const id = await startJob(1000);
    await until(async () => (await under.api.job(id)).metrics.length > 1);
    await under.api.call('POST', `training/jobs/${id}/cancel`);
    expect((await under.api.untilEnded(id)).state).toBe('cancelled');
    await until(() => !under.isWorkerBusy);
    const [trace, before] = [await under.trace(id), under.readsOfWorker().length];
    await dispatch(id);
    await untilWorkTaken();
    expect(under.readsOfWorker().slice(before)).toEqual([]);
    expect(await under.trace(id)).toEqual(trace);
  });

  it('after the right to train was taken away reads no byte, and the job says why (B7)', async () => {
    await under.stopWorker();
    const id = await startJob();
    await stateIs(id, 'queued');
    await under.pool.query('update users set disabled_at = now()');
    const before = under.readsOfWorker().length;
    await under.startWorker();
    await untilWorkTaken();
    await under.pool.query('update users set disabled_at = null');
    expect(await under.api.job(id)).toMatchObject({ state: 'failed', failure: { code: 'permission-revoked' } });
    expect(under.readsOfWorker().slice(before)).toEqual([]);
  });

  it('with a snapshot, a bucket and a path of its own reads the job’s snapshot and nothing else (J5)', async () => {
    await under.stopWorker();
    const id = await startJob();
    await stateIs(id, 'queued');
    // The right message is gone; only the forged one asks for work.
    await (await under.asBackend.manager()).streams.purge('VISION_TRAINING_WORK');
    const before = under.readsOfWorker().length;
    await dispatch(id, { snapshot: { version: 7, key: 'datasets/another/snapshots/v7.zip' }, bucket: 'another', path: '../../etc/passwd' });
    await under.startWorker();
    expect((await under.api.untilEnded(id)).state).toBe('completed');
    const paths = new Set(under.readsOfWorker().slice(before).map((one) => one.split(' ')[1]));
    expect([...paths]).toEqual([`/vision-test/datasets/${datasetId}/snapshots/v1.zip`]);
  });
});

describe('a report', () => {
  it('of an attempt that lost its lease changes nothing, and no question of it is answered (J7, J8, J10, J11)', async () => {
    const { jobId, grant: old, claimId } = await claimed();
    await tell(started(old, 1, 3), epochDone(old, 2, { epoch: 1, epochs: 3 }));
    await loseLease(jobId);
    const current = await byHand.claim(jobId);
    expect(current.attempt).toBe(2);
    const trace = await under.trace(jobId);
    await tell(...everything(old, 3), ...everything(old, 1));
    // The number of the live attempt with the token of the old one, and with the token of another job.
    const other = await claimed();
    await tell(...everything({ ...old, attempt: 2 }, 1), ...everything({ ...current, fencing_token: other.grant.fencing_token }, 1), ...everything({ ...current, fencing_token: randomUUID() }, 1));
    expect(await under.trace(jobId)).toEqual(trace);
    expect(await codeOf(byHand.seen(old))).toBe('stale-attempt');
    expect(await byHand.stopReason(old)).toBe('stale-attempt');
    expect(await codeOf(byHand.mint(old, 1, { size: 10, sha256: HASH }))).toBe('stale-attempt');
    expect(await codeOf(byHand.mint({ ...other.grant, job_id: jobId }, 1, { size: 10, sha256: HASH }))).toBe('stale-attempt');
    expect(await codeOf(byHand.claim(jobId, claimId))).toBe('state-conflict');
    expect(await under.trace(jobId)).toEqual(trace);
    // The twin: the holder is heard.
    await tell(started(current, 1, 3), epochDone(current, 2, { epoch: 2, epochs: 3 }));
    expect((await under.api.job(jobId)).metrics.map((one) => one.epoch)).toEqual([1, 2]);
    expect(await byHand.stopReason(current)).toBeNull();
  });

  it('of a job that is not there changes nothing and blocks nobody', async () => {
    const ref = { job_id: randomUUID(), attempt: 1, fencing_token: randomUUID() };
    await tell(...everything(ref, 1));
    expect((await under.trace(ref.job_id)).job).toBeUndefined();
  });

  it('that comes after the end changes nothing, from the holder itself too', async () => {
    const { jobId, grant } = await claimed();
    await under.api.call('POST', `training/jobs/${jobId}/cancel`);
    await tell(report(trainingCancelledV1, grant, { sequence: 1 }));
    expect((await under.api.job(jobId)).state).toBe('cancelled');
    const trace = await under.trace(jobId);
    await tell(...everything(grant, 2), ...everything(grant, 1));
    expect(await under.trace(jobId)).toEqual(trace);
    expect((await under.states(jobId)).filter((state) => ['completed', 'failed', 'cancelled'].includes(state))).toEqual(['cancelled']);
  });

  it('of an object that does not lie in the store becomes no pointer', async () => {
    const { jobId, grant } = await claimed();
    const bytes = Buffer.from('a checkpoint');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const put = await byHand.mint(grant, 1, { size: bytes.length, sha256 });
    const object = { epoch: 1, kind: 'state', key: put.key, size_bytes: bytes.length, sha256 };
    // Handed out, but not there; another object; another hash.
    await tell(started(grant, 1, 3), report(trainingCheckpointedV1, grant, { sequence: 2, data: object }), report(trainingCheckpointedV1, grant, { sequence: 3, data: { ...object, key: 'datasets/x' } }));
    expect((await under.api.job(jobId)).checkpoints).toEqual([]);
    expect((await fetch(put.url, { method: 'PUT', headers: put.headers, body: bytes })).status).toBe(200);
    await tell(report(trainingCheckpointedV1, grant, { sequence: 4, data: { ...object, sha256: HASH } }));
    expect((await under.api.job(jobId)).checkpoints).toEqual([]);
    await tell(report(trainingCheckpointedV1, grant, { sequence: 5, data: object }));
    expect((await under.api.job(jobId)).checkpoints).toMatchObject([{ epoch: 1, sha256 }]);
    // The address is good for one object, once (J11).
    expect((await fetch(put.url, { method: 'PUT', headers: put.headers, body: bytes })).status).toBe(412);
    expect((await fetch(put.url, { method: 'PUT', headers: put.headers, body: Buffer.from('b checkpoint') })).status).toBeGreaterThanOrEqual(400);
    // Stored and never reported: swept when the job has ended, and what was reported stays (F-23).
    const orphan = await byHand.mint(grant, 2, { size: bytes.length, sha256 });
    expect((await fetch(orphan.url, { method: 'PUT', headers: orphan.headers, body: bytes })).status).toBe(200);
    await tell(report(trainingFailedV1, grant, { sequence: 6, data: { code: 'x', detail: 'x', retryable: false } }));
    await until(async () => (await under.writer.head(orphan.key)) === null);
    expect(await under.writer.head(put.key)).not.toBeNull();
  });

  it('that completes a job with a model that is not in the store does not complete it', async () => {
    const { jobId, grant } = await claimed();
    await tell(started(grant, 1, 3), report(trainingCompletedV1, grant, { sequence: 2, data: { best_epoch: 1, final_model: { key: `models/${jobId}/final-model.onnx`, size_bytes: 10, sha256: HASH } } }));
    expect(await under.api.job(jobId)).toMatchObject({ state: 'queued', final_model: null });
    await under.api.call('POST', `training/jobs/${jobId}/cancel`);
  });
});

describe('two workers', () => {
  it('that claim one job get one yes and one no (J9)', async () => {
    const jobId = await startJob();
    await stateIs(jobId, 'queued');
    const answers = await Promise.all(Array.from({ length: 6 }, () => codeOf(byHand.claim(jobId))));
    expect(answers.filter((one) => one === 'answered')).toHaveLength(1);
    expect(answers.filter((one) => one === 'state-conflict')).toHaveLength(5);
    expect((await under.api.job(jobId)).attempt).toBe(1);
    await under.api.call('POST', `training/jobs/${jobId}/cancel`);
  });
});

describe('the word of a leaked backend credential', () => {
  it('that a version is ready moves no job: it is looked up (K7)', async () => {
    const jobId = await startJob();
    await stateIs(jobId, 'queued');
    // As if its snapshot were still being built.
    await under.pool.query("update training_jobs set state = 'preparing', snapshot_id = null, snapshot_version = null where id = $1", [jobId]);
    const trace = await under.trace(jobId);
    const forged = (version: number, snapshotId: string): Report => ({
      subject: snapshotCompletedV1.subject,
      bytes: encodeEvent(makeEvent({ definition: snapshotCompletedV1, source: 'urn:vision:backend', subject: snapshotId, data: { snapshot_id: snapshotId, dataset_id: datasetId, version, sha256: HASH, size_bytes: 1, content_hash: `sha256:${HASH}`, waiting_job_ids: [jobId] } })),
    });
    for (const { subject, bytes } of [forged(99, randomUUID()), forged(1, randomUUID())]) await under.publish(under.asBackend, subject, bytes);
    await under.untilTaken('VISION_SNAPSHOT', 'training-queues-job-when-snapshot-completed');
    expect(await under.trace(jobId)).toEqual(trace);
    // The twin: the version's own id.
    const { rows } = await under.pool.query<{ id: string }>('select id from snapshots where dataset_id = $1 and version = 1', [datasetId]);
    const right = forged(1, rows[0]?.id ?? '');
    await under.publish(under.asBackend, right.subject, right.bytes);
    await stateIs(jobId, 'queued');
    await under.api.call('POST', `training/jobs/${jobId}/cancel`);
  });

  it('that a version could not be made fails no job: what counts is what the backend wrote (K7)', async () => {
    const jobId = await startJob();
    await stateIs(jobId, 'queued');
    await under.pool.query("update training_jobs set state = 'preparing', snapshot_id = null, snapshot_version = null, dispatched_at = null where id = $1", [jobId]);
    const trace = await under.trace(jobId);
    const data = { snapshot_id: randomUUID(), dataset_id: datasetId, version: 1, code: 'not-found', detail: 'forged', waiting_job_ids: [jobId] };
    const event = makeEvent({ definition: snapshotFailedV1, source: 'urn:vision:backend', subject: data.snapshot_id, data });
    // One that nobody wrote; one under the id of another event of the backend's; one that was written for another job.
    const { rows } = await under.pool.query<{ id: string }>('select id from outbox where type = $1 limit 1', [snapshotCompletedV1.subject]);
    const other = makeEvent({ definition: snapshotFailedV1, source: 'urn:vision:backend', subject: data.snapshot_id, data: { ...data, waiting_job_ids: [randomUUID()] } });
    const write = (one: typeof event): Promise<unknown> => under.pool.query('insert into outbox (id, stream, type, event, published_at) values ($1, $2, $3, $4, now())', [one.id, 'VISION_SNAPSHOT', one.type, JSON.stringify(one)]);
    await write(other);
    for (const forged of [event, { ...event, id: rows[0]?.id ?? '' }, { ...event, id: other.id }]) await under.publish(under.asBackend, event.type, encodeEvent(forged));
    await under.untilTaken('VISION_SNAPSHOT', 'training-fails-job-when-snapshot-failed');
    expect(await under.trace(jobId)).toEqual(trace);
    // The twin: one that was written.
    const right = makeEvent({ definition: snapshotFailedV1, source: 'urn:vision:backend', subject: data.snapshot_id, data });
    await write(right);
    await under.publish(under.asBackend, right.type, encodeEvent(right));
    await stateIs(jobId, 'failed');
    expect((await under.api.job(jobId)).failure).toMatchObject({ code: 'snapshot-failed', detail: 'forged' });
  });

  it('that a version is damaged has its zip read: a sound one stays, a damaged one is made again', async () => {
    for (const isDamaged of [false, true]) {
      const { grant, grant: { snapshot: { key, sha256 } } } = await claimed();
      if (isDamaged) await under.writer.put(key, (await under.writer.getBytes(key, 50_000_000)).map((byte, index) => (index === 500 ? byte ^ 1 : byte)));
      const etag = (await under.writer.head(key))?.etag;
      await tell(report(trainingFailedV1, grant, { sequence: 1, data: { code: 'corrupt-snapshot', detail: 'other bytes', retryable: false, log: [] } }));
      await until(async () => (await under.pool.query<{ done: boolean }>(`select zip_state = 'ready' and zip_suspected_at is null and zip_checked_at is not null as done from snapshots where key = $1`, [key])).rows[0]?.done === true);
      expect((await under.writer.head(key))?.etag === etag).toBe(!isDamaged);
      expect(createHash('sha256').update(await under.writer.getBytes(key, 50_000_000)).digest('hex')).toBe(sha256);
      await under.pool.query('update snapshots set zip_checked_at = null');
    }
  });
});

import { trainingFailedV1, trainingProgressedV1, type TrainingGrant } from '@app/contracts';
import { decodeEvent } from '@app/messaging';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TrainingReportsConsumer } from '../../apps/backend/src/modules/training/api/nats/training-reports.consumer.js';
import { mnistZip } from '../e2e/mnist-zip.js';
import { TrainingUnderTest, until } from './training-under-test.js';
import { epochDone, report, started, WorkerByHand, type Report } from './worker-by-hand.js';

/** Workers that report without end or sense (J14), and reports that can never take effect. */
let under: TrainingUnderTest;
let byHand: WorkerByHand;
let datasetId = '';

beforeAll(async () => {
  under = await TrainingUnderTest.start();
  await under.asTraining.whenConnected();
  byHand = new WorkerByHand(under.asTraining);
  datasetId = (await under.api.upload(await mnistZip({ train: 30, val: 10 }), { name: 'Digits' })).body.id;
});
afterAll(() => under?.close());

async function claimed(epochs: number): Promise<{ readonly jobId: string; readonly grant: TrainingGrant }> {
  const { id: jobId } = await under.api.start(datasetId, { epochs });
  await until(async () => (await under.api.job(jobId)).state === 'queued');
  return { jobId, grant: await byHand.claim(jobId) };
}
const tell = async (reports: readonly Report[]): Promise<void> => {
  for (const { subject, bytes } of reports) await under.publish(under.asTraining, subject, bytes);
  await under.untilTaken('VISION_TRAINING', 'backend-training-reports');
};
const step = (grant: TrainingGrant, sequence: number, facts: { readonly epoch: number; readonly epochs: number }): Report =>
  report(trainingProgressedV1, grant, { sequence, data: { phase: 'training', ...facts, progress: 0.1, images_per_second: 1, seconds_left: 1, log: [`step ${sequence}`] } });
const end = (grant: TrainingGrant, sequence: number): Report => report(trainingFailedV1, grant, { sequence, data: { code: 'x', detail: 'x', retryable: false } });

describe('a worker that reports without end', () => {
  it('fills no table: epochs rise to the last one and no further, once each, and old news goes (J14)', async () => {
    const { jobId, grant } = await claimed(3);
    const at = (sequence: number, epoch: number, value?: number): Report => epochDone(grant, sequence, { epoch, epochs: Math.max(3, epoch), value });
    // More epochs than were asked for; one twice with other figures; back; far ahead.
    await tell([started(grant, 1, 1_000_000), at(2, 1, 0.1), at(3, 2, 0.2), at(4, 2, 0.9), at(5, 1, 0.9), at(6, 4), at(7, 1_000_000), step(grant, 8, { epoch: 999, epochs: 1_000 })]);
    const job = await under.api.job(jobId);
    expect(job.metrics.map((one) => [one.epoch, one.primary_value])).toEqual([[1, 0.1], [2, 0.2]]);
    expect(job).toMatchObject({ epoch: 2, epochs: 3 });
    const flood = Array.from({ length: 260 }, (_, index) => step(grant, 9 + index, { epoch: 3, epochs: 3 }));
    await tell(flood);
    await tell([at(269, 3, 0.3), end(grant, 270)]);
    expect((await under.api.job(jobId)).metrics.map((one) => one.epoch)).toEqual([1, 2, 3]);
    const { rows } = await under.pool.query<{ kind: string; count: number }>('select kind, count(*)::int as count from training_job_events where job_id = $1 group by kind', [jobId]);
    const counts = new Map(rows.map((row) => [row.kind, row.count]));
    for (const kind of ['progress', 'log']) expect(counts.get(kind)).toBeLessThan(230);
    expect(counts.get('metrics')).toBe(3);
  });
});

describe('a report that can never take effect', () => {
  it('takes its attempt with it after some tries, instead of leaving it to run unheard', async () => {
    const { jobId, grant } = await claimed(3);
    await tell([started(grant, 1, 3)]);
    const pool = under.pool;
    await pool.query(`create function refuse() returns trigger language plpgsql as 'begin raise exception ''refused''; end'; create trigger refuses before insert on training_metrics for each row execute function refuse()`);
    try {
      const { subject, bytes } = epochDone(grant, 2, { epoch: 1, epochs: 3 });
      const decoded = decodeEvent(bytes, subject, trainingProgressedV1.data);
      if (!decoded.ok) throw new Error(decoded.reason);
      const consumer = under.backend.app.get(TrainingReportsConsumer, { strict: false });
      await expect(consumer.onReport(decoded.event, { deliveryCount: 4 })).rejects.toThrow();
      expect(await under.api.job(jobId)).toMatchObject({ state: 'running', failure: null });
      await expect(consumer.onReport(decoded.event, { deliveryCount: 5 })).rejects.toThrow();
    } finally {
      await pool.query('drop trigger refuses on training_metrics; drop function refuse()');
    }
    const job = await under.api.job(jobId);
    expect(job).toMatchObject({ state: 'failed', failure: { code: 'report-failed' } });
    expect(job.failure).toMatchObject({ log_tail: [expect.stringContaining('report 2 (progressed)')] });
    expect(await byHand.stopReason(grant)).toBe('stale-attempt');
  });
});

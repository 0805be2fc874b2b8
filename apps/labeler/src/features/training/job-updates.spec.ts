import { describe, expect, it } from 'vitest';
import type { EpochMetrics, JobDetails } from '../../api/types.js';
import { confusionView } from './confusion-view.js';
import { secondsTaken } from './job-time.js';
import { applyJobEvent, bestOf, readJobEvent, type JobEvent } from './job-updates.js';

const epoch = (number: number, loss = 1): EpochMetrics => ({ epoch: number, train_loss: loss, val_loss: null, primary_metric: 'accuracy', primary_value: 0.5, scores: {}, learning_rate: 0.1, images_per_second: 10, cpu_seconds: 1, wall_seconds: 1 });
const job = { id: 'j', state: 'running', epoch: 1, epochs: 3, progress: 0.3, metrics: [epoch(1)], checkpoints: [], last_event_id: '5' } as unknown as JobDetails;
const event = (name: string, data: unknown): JobEvent => {
  const read = readJobEvent(name, JSON.stringify(data));
  if (read === null) throw new Error('not read');
  return read;
};

describe('applyJobEvent', () => {
  it('takes progress, and remembers where the stream is', () => {
    const next = applyJobEvent(job, event('progress', { epoch: 2, epochs: 3, progress: 0.5, phase: 'training', images_per_second: 9, seconds_left: 4 }), '6');
    expect(next).toMatchObject({ epoch: 2, progress: 0.5, phase: 'training', last_event_id: '6', state: 'running' });
  });

  it('keeps the metrics when a job event, which has none, comes', () => {
    expect(applyJobEvent(job, event('job', { state: 'completed', epochs: 3 }), '9')).toMatchObject({ state: 'completed', metrics: [{ epoch: 1 }] });
  });

  it('adds an epoch in its order, once: a repeat after a reconnection changes nothing', () => {
    const once = applyJobEvent(applyJobEvent(job, event('metrics', epoch(3)), '7'), event('metrics', epoch(2)), '8');
    expect(once.metrics.map((one) => one.epoch)).toEqual([1, 2, 3]);
    expect(applyJobEvent(once, event('metrics', epoch(2)), '8')).toEqual(once);
  });

  it('believes the newer word of an attempt that resumed', () => {
    expect(applyJobEvent(job, event('metrics', epoch(1, 0.2)), '7').metrics).toEqual([epoch(1, 0.2)]);
  });
});

describe('bestOf', () => {
  it('is the first of the largest, and none where nothing is known', () => {
    const valued = (number: number, primary_value: number | null) => ({ ...epoch(number), primary_value });
    expect(bestOf({ metrics: [valued(1, null), valued(2, 0.7), valued(3, 0.9), valued(4, 0.9)] })?.epoch).toBe(3);
    expect(bestOf({ metrics: [valued(1, null)] })).toBeNull();
  });
});

describe('readJobEvent', () => {
  it('does not know events of a newer server, and refuses broken ones', () => {
    expect(readJobEvent('gpu', '{}')).toBeNull();
    expect(readJobEvent('metrics', '{"epoch":')).toBeNull();
    expect(readJobEvent('metrics', 'null')).toBeNull();
    expect(readJobEvent('job', '{"state":"running"}')).toBeNull();
    expect(readJobEvent('checkpoint', '{}')).toEqual({ event: 'checkpoint' });
  });
});

describe('secondsTaken', () => {
  it('runs while the job runs and stands when it has ended', () => {
    const started_at = '2026-01-01T00:00:00Z';
    const now = Date.parse('2026-01-01T00:01:00Z');
    expect(secondsTaken({ started_at: null, finished_at: null }, now)).toBeNull();
    expect(secondsTaken({ started_at, finished_at: null }, now)).toBe(60);
    expect(secondsTaken({ started_at, finished_at: '2026-01-01T00:00:10Z' }, now)).toBe(10);
    expect(secondsTaken({ started_at, finished_at: null }, now - 120_000)).toBe(0);
  });
});

describe('confusionView', () => {
  const matrix = [
    [8, 2, 0],
    [0, 10, 0],
    [5, 0, 5],
  ];
  it('shows a small matrix whole, with shares of each row', () => {
    const view = confusionView(matrix, 10);
    expect(view.shown).toEqual([0, 1, 2]);
    expect(view.rows[2]?.cells.map((cell) => cell.share)).toEqual([0.5, 0, 0.5]);
  });

  it('of many classes shows those with the most mistakes, in their order', () => {
    expect(confusionView(matrix, 2)).toMatchObject({ shown: [0, 2], total: 3 });
    expect(confusionView(matrix, 2).rows[0]).toMatchObject({ support: 10, cells: [{ count: 8 }, { count: 0 }] });
  });

  it('divides nothing by nothing', () => {
    expect(confusionView([[0]], 5).rows[0]?.cells[0]).toEqual({ count: 0, share: 0 });
  });
});

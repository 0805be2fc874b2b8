import { describe, expect, it } from 'vitest';
import { choose, standings } from './queue-plan.js';
import { fairOrder, RISES_EVERY_MILLISECONDS, type LivingWorker, type QueueState, type RunningJob, type WaitingJob } from './training-queue.js';

const NOW = new Date('2026-01-01T12:00:00Z');
const expected = (pool: string): string | null => (pool === 'default' ? null : `${pool}.onnx`);
const NO_LIMITS = { total: null, perUser: null, perDataset: null };

/** `minutes` ago; the id begins with the user. */
const job = (id: string, minutes: number, changes: Partial<WaitingJob> = {}): WaitingJob => ({
  id,
  userId: id.slice(0, 1),
  datasetId: `dataset of ${id.slice(0, 1)}`,
  priority: 'normal',
  pool: 'default',
  model: 'cnn-small',
  queuedAt: new Date(NOW.getTime() - minutes * 60_000),
  ...changes,
});
const running = (userId: string, changes: Partial<RunningJob> = {}): RunningJob => ({ userId, datasetId: `dataset of ${userId}`, pool: 'default', lane: null, workerId: 'busy', ...changes });
const worker = (workerId: string, changes: Partial<LivingWorker> = {}): LivingWorker => ({ workerId, pool: 'default', lane: null, models: ['cnn-small'], isBusy: false, ...changes });
const state = (changes: Partial<QueueState>): QueueState => ({ waiting: [], running: [], workers: [], limits: NO_LIMITS, lastTurns: new Map(), now: NOW, ...changes });
const chosen = (changes: Partial<QueueState>): string[] => choose(state(changes), expected).map((one) => one.jobId);
const order = (waiting: WaitingJob[], of: RunningJob[] = [], lastTurns: [string, number][] = []): string[] => [...fairOrder(waiting, of, { now: NOW, lastTurns: new Map(lastTurns) })].map((one) => one.id);

describe('the order of the queue', () => {
  it('deals out turn by turn what three users with twenty jobs each have asked for', () => {
    const twenty = (user: string, from: number): WaitingJob[] => Array.from({ length: 20 }, (_, index) => job(`${user}${String(index).padStart(2, '0')}`, from - index * 0.01));
    // All of a's came first, then all of b's, then all of c's.
    const names = order([...twenty('a', 30), ...twenty('b', 20), ...twenty('c', 10)]);
    expect(names).toEqual(Array.from({ length: 20 }, (_, index) => ['a', 'b', 'c'].map((user) => `${user}${String(index).padStart(2, '0')}`)).flat());
  });

  it.each([
    ['the longest waiting first', [job('a1', 5), job('b1', 9)], [], ['b1', 'a1']],
    ['whoever has fewer running first', [job('a1', 9), job('b1', 5)], [running('a')], ['b1', 'a1']],
    ['a higher priority before all that', [job('a1', 9), job('b1', 1, { priority: 'high' }), job('a0', 9, { priority: 'low' })], [running('b')], ['b1', 'a1', 'a0']],
    ['one that came an hour ago has risen', [job('a1', 61, { priority: 'low' }), job('b1', 1)], [], ['a1', 'b1']],
    ['and one of a minute less has not', [job('a1', 59, { priority: 'low' }), job('b1', 1)], [], ['b1', 'a1']],
  ])('%s', (_, waiting, of, ids) => expect(order(waiting, of)).toEqual(ids));

  it('goes on where the last turns ended, since with one worker nobody has one running when it is free', () => {
    const waiting = [job('a1', 9), job('a2', 8), job('b1', 7), job('c1', 6)];
    expect(order(waiting, [], [['a', 200], ['b', 100]])).toEqual(['c1', 'b1', 'a1', 'a2']);
  });

  it('lets a low one come to its turn although urgent ones come all the time', () => {
    const old = job('z1', (2 * RISES_EVERY_MILLISECONDS) / 60_000 + 1, { priority: 'low' });
    const urgent = Array.from({ length: 50 }, (_, index) => job(`u${index}`, 30 - index * 0.1, { priority: 'high' }));
    expect(order([...urgent, old])[0]).toBe('z1');
  });
});

describe('what begins', () => {
  const many = [job('a1', 9), job('a2', 8), job('b1', 7), job('c1', 6)];

  it.each([
    ['one where no worker is known', {}, ['a1']],
    ['none where that one still lies there', { running: [running('x', { workerId: null })] }, []],
    ['as many as workers are free', { workers: [worker('1'), worker('2')] }, ['a1', 'b1']],
    ['none for those that have one', { workers: [worker('1', { isBusy: true }), worker('2')], running: [running('x', { workerId: '2' })] }, []],
    ['none for those for whom one lies there', { workers: [worker('1')], running: [running('x', { workerId: null })] }, []],
    ['none where nobody offers the model', { workers: [worker('1', { models: ['other'] })] }, []],
    ['none of another pool', { workers: [worker('1', { pool: 'gpu', lane: 'gpu.onnx' })], waiting: [job('a1', 1, { pool: 'far' }), job('a2', 1, { pool: 'far' })] }, ['a1']],
    ['of each user no more than the limit', { workers: [worker('1'), worker('2'), worker('3')], limits: { ...NO_LIMITS, perUser: 1 }, waiting: many.slice(0, 3) }, ['a1', 'b1']],
    ['of each dataset no more than the limit', { workers: [worker('1'), worker('2')], limits: { ...NO_LIMITS, perDataset: 1 }, waiting: many.map((one) => ({ ...one, datasetId: 'same' })) }, ['a1']],
    ['in all no more than the limit', { workers: [worker('1'), worker('2')], limits: { ...NO_LIMITS, total: 2 }, running: [running('x', { workerId: 'unknown' })] }, ['a1']],
  ] as [string, Partial<QueueState>, string[]][])('%s', (_, changes, ids) => expect(chosen({ waiting: many, ...changes })).toEqual(ids));

  it('in the lane of a worker that can', () => {
    const workers = [worker('1', { models: ['other'] }), worker('2', { lane: 'default.external', models: ['yolo'] })];
    expect(choose(state({ waiting: [job('a1', 1, { model: 'yolo' })], workers }), expected)).toEqual([{ jobId: 'a1', lane: 'default.external' }]);
    expect(choose(state({ waiting: [job('a1', 1, { pool: 'far' })] }), expected)).toEqual([{ jobId: 'a1', lane: 'far.onnx' }]);
  });

  it('a job behind one that must wait for its worker', () => {
    expect(chosen({ waiting: [job('a1', 9, { model: 'rare' }), job('b1', 1)], workers: [worker('1')] })).toEqual(['b1']);
  });
});

describe('what a job waits for', () => {
  const standing = (changes: Partial<QueueState>): unknown[] => [...standings(state(changes), expected).entries()].map(([id, one]) => [id, one.position, one.reason]);

  it.each([
    [{ workers: [worker('1', { isBusy: true })] }, [['a1', 1, 'worker'], ['b1', 2, 'worker'], ['a2', 3, 'worker']]],
    [{ workers: [worker('1', { models: [] })] }, [['a1', 1, 'no-worker'], ['b1', 2, 'no-worker'], ['a2', 3, 'no-worker']]],
    [{ workers: [worker('1')], running: [running('a')], limits: { ...NO_LIMITS, perUser: 1 } }, [['b1', 1, 'worker'], ['a1', 2, 'user-limit'], ['a2', 3, 'user-limit']]],
    [{ running: [running('x')], limits: { ...NO_LIMITS, total: 1 } }, [['a1', 1, 'total-limit'], ['b1', 2, 'total-limit'], ['a2', 3, 'total-limit']]],
  ] as [Partial<QueueState>, unknown[]][])('%#', (changes, rows) => expect(standing({ waiting: [job('a1', 9), job('a2', 8), job('b1', 7)], ...changes })).toEqual(rows));
});

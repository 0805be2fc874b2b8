import { describe, expect, it } from 'vitest';
import type { EpochMetrics } from '../../../api/types.js';
import { alignRuns, bestEpoch, bestPlaces, scoresOf, throughput } from './align-runs.js';
import { classRows } from './class-rows.js';
import { chosenRuns, runsSearch, toggledRun } from './run-search.js';
import { settingRows, type ComparedJob } from './setting-rows.js';
import { smoothed } from '../smoothing.js';

const epoch = (number: number, more: Partial<EpochMetrics> = {}): EpochMetrics => ({ epoch: number, train_loss: 1 / number, val_loss: null, primary_metric: 'accuracy', primary_value: number / 10, scores: {}, learning_rate: 0.1, images_per_second: 100, cpu_seconds: 1, wall_seconds: 2, ...more });
const id = (digit: number): string => `0d0f0000-0000-4000-8000-00000000000${digit}`;

describe('chosenRuns', () => {
  it('takes each id once and in order, and names what it cannot take', () => {
    expect(chosenRuns(`${id(2)}, ${id(1)},${id(2)},../users,`)).toEqual({ ids: [id(2), id(1)], unreadable: ['../users'], beyond: [] });
    const seven = [1, 2, 3, 4, 5, 6, 7].map(id);
    expect(chosenRuns(seven.join())).toEqual({ ids: seven.slice(0, 5), unreadable: [], beyond: seven.slice(5) });
    expect(chosenRuns(undefined).ids).toEqual([]);
  });

  it('reads an address, whatever it holds', () => {
    expect(runsSearch({ jobs: 'a,b', x: 'seconds' })).toEqual({ jobs: 'a,b', x: 'seconds' });
    expect(runsSearch({ jobs: 7, x: 'years' })).toEqual({ jobs: undefined, x: undefined });
  });

  it('has room for five', () => {
    const five = [1, 2, 3, 4, 5].map(id);
    expect(toggledRun(five, id(6))).toEqual(five);
    expect(toggledRun(five, id(3))).toEqual([1, 2, 4, 5].map(id));
    expect(toggledRun([id(1)], id(6))).toEqual([id(1), id(6)]);
  });
});

describe('alignRuns', () => {
  it('lays epochs over each other, and ends a shorter run where it ends', () => {
    const aligned = alignRuns([[epoch(1), epoch(2), epoch(3)], [epoch(1, { train_loss: 9 })]], 'train_loss', 'epoch');
    expect(aligned).toEqual({ x: [1, 2, 3], figures: [[1, 0.5, 1 / 3], [9, null, null]] });
  });

  it('adds seconds up, and tells an x of another run from a figure that was not finite', () => {
    const slow = [epoch(1, { wall_seconds: 5 }), epoch(2, { wall_seconds: 5, primary_value: null }), epoch(3, { wall_seconds: 5 })];
    const { x, figures } = alignRuns([[epoch(1), epoch(2)], slow], 'accuracy', 'seconds');
    expect(x).toEqual([2, 4, 5, 10, 15]);
    expect(figures).toEqual([
      [0.1, 0.2, null, null, null],
      [null, null, 0.1, null, 0.3],
    ]);
    expect(alignRuns([[epoch(1), epoch(2)], [epoch(1, { wall_seconds: 3 })]], 'accuracy', 'seconds').figures[0]).toEqual([0.1, undefined, 0.2]);
  });

  it('has nothing of runs without an epoch', () => {
    expect(alignRuns([[], []], 'val_loss', 'epoch')).toEqual({ x: [], figures: [[], []] });
  });

  it('finds a score among the others, and those that only one run knows', () => {
    const boxes = [epoch(1, { primary_metric: 'map50', primary_value: 0.4, scores: { map50: 0.3, recall: 0.6 } })];
    expect(scoresOf([[epoch(1, { scores: { f1: 0.2 } })], [], boxes])).toEqual(['accuracy', 'map50', 'f1', 'recall']);
    expect(alignRuns([[epoch(1)], boxes], 'recall', 'epoch').figures).toEqual([[null], [0.6]]);
  });
});

describe('the best', () => {
  it('is the least loss and the largest score, the first of equal ones', () => {
    const metrics = [epoch(1, { val_loss: 3 }), epoch(2, { val_loss: 1, primary_value: 0.9 }), epoch(3, { val_loss: 1, primary_value: 0.9 }), epoch(4, { val_loss: null, primary_value: 0.1 })];
    expect(bestEpoch(metrics, 'val_loss')?.epoch).toBe(2);
    expect(bestEpoch(metrics, 'accuracy')?.epoch).toBe(2);
    expect(bestEpoch([epoch(1)], 'val_loss')).toBeNull();
  });

  it('of several runs is marked only where it says something', () => {
    expect(bestPlaces([0.2, 0.9, null, 0.9], false)).toEqual([1, 3]);
    expect(bestPlaces([0.2, 0.9], true)).toEqual([0]);
    expect(bestPlaces([0.2, null], true)).toEqual([]);
    expect(bestPlaces([0.2, 0.2], true)).toEqual([]);
  });

  it('speed weighs epochs by their time', () => {
    expect(throughput([epoch(1, { images_per_second: 10, wall_seconds: 9 }), epoch(2, { images_per_second: 110, wall_seconds: 1 })])).toBe(20);
    expect(throughput([])).toBeNull();
  });
});

describe('smoothed', () => {
  it('changes nothing at 0, and a constant at no weight', () => {
    expect(smoothed([1, null, 3], 0)).toEqual([1, null, 3]);
    for (const one of smoothed([4, 4, 4], 0.9)) expect(one).toBeCloseTo(4, 12);
  });

  it('starts at the first figure and leaves gaps where they are', () => {
    const [first, gap, none, last] = smoothed([1, null, undefined, 4], 0.5);
    expect([first, gap, none]).toEqual([1, null, undefined]);
    // (1 * 0.25 + 4 * 0.5) / 0.75
    expect(last).toBeCloseTo(3, 12);
  });
});

describe('settingRows', () => {
  const job = (more: Partial<ComparedJob>): ComparedJob => ({ dataset_id: 'a', dataset_name: 'A', snapshot_version: 1, model: 'cnn-small', hyperparameters: { epochs: 3, seed: 1 }, split: null, ...more });
  const rows = (...jobs: readonly ComparedJob[]) => settingRows(jobs.map((one, index) => ({ job: one, contentHash: index === 0 ? 'aa' : 'bb' })));
  const differing = (...jobs: readonly ComparedJob[]) => rows(...jobs).filter((one) => one.differs).map((one) => one.name);

  it('tells what differs, a setting that only one run has too', () => {
    expect(differing(job({}), job({ hyperparameters: { epochs: 3, seed: 2, patience: 4 } }))).toEqual(['content', 'seed', 'patience']);
    expect(rows(job({}), job({ hyperparameters: { epochs: 3, seed: 1, patience: 4 } })).find((one) => one.name === 'patience')?.values).toEqual([null, 4]);
  });

  it('takes datasets of one name, and equal versions of two, for different', () => {
    expect(differing(job({}), job({ dataset_id: 'b' }))).toEqual(['dataset', 'version', 'content']);
  });

  it('shows how the images were split', () => {
    const split = { source: 'automatic', rule: null, train: 80, val: 20, test: 0 } as const;
    expect(rows(job({ split }), job({})).find((one) => one.name === 'split')).toMatchObject({ values: ['80 / 20 / 0', null], differs: true });
  });
});

describe('classRows', () => {
  const of = (...f1: readonly (number | null)[]) => epoch(1, { per_class: f1.map((one, class_id) => ({ class_id, precision: 0.5, recall: 0.5, f1: one, support: 3 })) });

  it('joins classes by name, the weakest first', () => {
    const runs = [
      { metrics: of(0.9, 0.4), names: ['cat', 'dog'] },
      { metrics: of(0.3, 0.8, null), names: ['dog', 'cat', 'emu'] },
      { metrics: null, names: [] },
    ];
    expect(classRows(runs, 'f1')).toEqual([
      { name: 'dog', figures: [0.4, 0.3, null] },
      { name: 'cat', figures: [0.9, 0.8, null] },
      { name: 'emu', figures: [null, null, null] },
    ]);
  });
});

import type { ModelAdapter } from '@app/contracts';
import { describe, expect, it } from 'vitest';
import { decodingOf } from '../../inference/decoding.js';

const ADAPTER: ModelAdapter = {
  output_format: 'boxes/1',
  task_type: 'object_detection',
  multi_label: false,
  classes: [{ id: 7, name: 'cat' }, { id: null, name: 'kite' }, { id: 3, name: 'dog' }],
  input_size: [100, 100],
  preprocessing: { layout: 'NCHW', colour: 'BGR', fit: 'contain, black', scale: 1, mean: 0, deviation: 1 },
};
const SIZE = { width: 200, height: 100 };

interface Said {
  readonly box: readonly [number, number, number, number];
  readonly scores: readonly [number, number, number];
}

function outputs(said: readonly Said[]): Parameters<ReturnType<typeof decodingOf>>[0] {
  return { boxes: { data: Float32Array.from(said.flatMap((one) => one.box)), shape: [said.length, 4] }, scores: { data: Float32Array.from(said.flatMap((one) => one.scores)), shape: [said.length, 3] } };
}

const seen = (said: readonly Said[], part: Partial<ModelAdapter> = {}): [number, number, number[]][] => decodingOf({ ...ADAPTER, ...part })(outputs(said), SIZE).map((one) => [one.class_id, Math.round(one.score * 100), (one.bbox ?? []).map((value) => Math.round(value))]);

describe('boxes of any detector', () => {
  it('are in pixels of the original, each as its likeliest class, the surest first', () => {
    // The picture is 100 x 50 in the middle of the square: 25 black rows above.
    expect(seen([{ box: [10, 30, 30, 50], scores: [0.1, 0, 0.6] }, { box: [50, 25, 100, 75], scores: [0.9, 0.2, 0.3] }])).toEqual([[7, 90, [100, 0, 100, 100]], [3, 60, [20, 10, 40, 40]]]);
  });

  it('that say the same of one class are one; of two classes both stay', () => {
    const scores = (cat: number, dog: number): Said['scores'] => [cat, 0, dog];
    const same: Said['box'] = [12, 32, 30, 50];
    expect(seen([{ box: same, scores: scores(0.5, 0) }, { box: [10, 30, 30, 50], scores: scores(0.8, 0) }, { box: same, scores: scores(0, 0.4) }]).map(([id, score]) => [id, score])).toEqual([[7, 80], [3, 40]]);
  });

  it('whose likeliest class is left out, that are unsure, no box, or outside of the picture, are none', () => {
    const bad: Said[] = [
      { box: [10, 30, 30, 50], scores: [0.8, 0.9, 0] },
      { box: [10, 30, 30, 50], scores: [0.01, 0, 0] },
      { box: [30, 30, 10, 50], scores: [0.9, 0, 0] },
      { box: [10, 0, 30, 20], scores: [0.9, 0, 0] },
      { box: [Number.NaN, 30, 30, 50], scores: [0.9, 0, 0] },
    ];
    expect(seen(bad)).toEqual([]);
  });

  it('are found wherever the picture lies in the input', () => {
    const preprocessing = (fit: ModelAdapter['preprocessing']['fit']): Partial<ModelAdapter> => ({ preprocessing: { ...ADAPTER.preprocessing, fit } });
    const one: Said[] = [{ box: [10, 10, 30, 20], scores: [0.9, 0, 0] }];
    expect(seen(one, preprocessing('contain, black, top-left'))).toEqual([[7, 90, [20, 20, 40, 20]]]);
    expect(seen(one, preprocessing('stretch'))).toEqual([[7, 90, [20, 10, 40, 10]]]);
    expect(seen(one, { input_size: [60, 50] })).toEqual([[7, 90, [33, 0, 67, 33]]]);
  });

  it('are 300 at most', () => {
    const grid = Array.from({ length: 400 }, (_, at): Said => ({ box: [(at % 20) * 5, 25 + Math.floor(at / 20) * 2.5, (at % 20) * 5 + 4, 27 + Math.floor(at / 20) * 2.5], scores: [0.5, 0, 0] }));
    expect(seen(grid)).toHaveLength(300);
  });
});

describe('a class that is left out', () => {
  it('is nothing of a classification, whichever class comes next', () => {
    const classes = [{ id: 7, name: 'cat' }, { id: null, name: 'kite' }];
    const decode = (multi_label: boolean, data: number[]): number[] =>
      decodingOf({ ...ADAPTER, output_format: 'classification/1', task_type: 'image_classification', multi_label, classes })({ probabilities: { data: Float32Array.from(data), shape: [2] } }, SIZE).map((one) => one.class_id);
    expect([decode(false, [0.3, 0.7]), decode(false, [0.7, 0.3]), decode(true, [0.6, 0.9])]).toEqual([[], [7], [7]]);
  });
});

import { describe, expect, it } from 'vitest';
import { AveragePrecision } from './average-precision.js';

/** A case by its table of similarities: rows are predictions. */
const image = (scores: readonly number[], table: readonly (readonly number[])[], ignored: readonly boolean[] = (table[0] ?? []).map(() => false)) => ({
  scores,
  ignored,
  similarity: (prediction: number, truth: number): number => table[prediction]?.[truth] ?? 0,
});
const solve = (...images: ReturnType<typeof image>[]): ReturnType<AveragePrecision['result']> => {
  const metric = new AveragePrecision();
  for (const one of images) metric.add(one);
  return metric.result();
};

describe('average precision', () => {
  it('is 1 for one hit, by thresholds', () => {
    expect(solve(image([0.9], [[1]]))).toEqual({ ap50: 1, ap75: 1, ap50To95: 1, support: 1 });
    // 0.72 reaches 0.50 to 0.70: five of ten.
    expect(solve(image([0.9], [[0.72]]))).toMatchObject({ ap50: 1, ap75: 0, ap50To95: 0.5 });
    expect(solve(image([0.9], [[0.75]])).ap75).toBe(1);
  });

  it('reads the falling precision at 101 recalls', () => {
    // Two truths; right, wrong, right: precision 1 up to recall 0.5 (51 points), then 2/3 (50 points).
    expect(solve(image([0.9, 0.8, 0.7], [[1, 0], [0, 0], [0, 1]])).ap50).toBeCloseTo((51 + 50 * (2 / 3)) / 101, 12);
    // One of two found: 51 points of 101.
    expect(solve(image([0.9], [[1, 0]])).ap50).toBeCloseTo(51 / 101, 12);
  });

  it('lets the surest choose first, each truth once, the most similar that is free', () => {
    expect(solve(image([0.5, 0.9], [[0.9], [0.6]])).ap50).toBe(1);
    expect(solve(image([0.5, 0.9], [[0.9, 0], [0.8, 0.6]])).ap50).toBeCloseTo(51 / 101, 12);
    // The surer one takes the truth at 0.6; above that the other has it, behind a miss.
    expect(solve(image([0.5, 0.9], [[1], [0.6]])).ap50To95).toBeCloseTo((3 * 1 + 7 * 0.5) / 10, 12);
  });

  it('ranks over all images', () => {
    expect(solve(image([0.9], [[]], []), image([0.8], [[1]])).ap50).toBeCloseTo(0.5, 12);
    expect(solve(image([0.7], [[]], []), image([0.8], [[1]])).ap50).toBe(1);
  });

  it('counts neither what is ignored nor what finds it, as often as it does', () => {
    const crowd = image([0.9, 0.8, 0.7], [[0.9, 0], [0.9, 0], [0, 0.9]], [true, false]);
    expect(solve(crowd)).toMatchObject({ ap50: 1, support: 1 });
    // One that could be either is the counted one's.
    expect(solve(image([0.9], [[0.99, 0.6]], [true, false])).ap50).toBe(1);
    expect(solve(image([0.9], [[0.9]], [true]))).toEqual({ ap50: null, ap75: null, ap50To95: null, support: 0 });
  });

  it('looks at the hundred surest of an image', () => {
    const table = Array.from({ length: 101 }, (_, row) => [row === 100 ? 1 : 0]);
    const scores = table.map((_, row) => 1 - row / 1000);
    expect(solve(image(scores, table)).ap50).toBe(0);
    expect(solve(image(scores.slice(1), table.slice(1))).ap50).toBeCloseTo(1 / 100, 12);
  });
});

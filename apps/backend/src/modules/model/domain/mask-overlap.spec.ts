import { describe, expect, it } from 'vitest';
import { isCovered, maskOverlap } from './mask-overlap.js';

describe('masks of one image', () => {
  it('overlap by the pixels that both have, of those that either has', () => {
    expect(maskOverlap([0, 10, 20, 30], [5, 10, 20, 35])).toBeCloseTo(15 / 25, 9);
    expect(maskOverlap([10, 20], [10, 20])).toBe(1);
    expect(maskOverlap([10, 20], [20, 30])).toBe(0);
    expect(maskOverlap([], [])).toBe(0);
  });

  it('cover a proposal where all layers together have each of its pixels', () => {
    expect(isCovered([10, 20, 40, 50], [[0, 15], [15, 20, 39, 60]])).toBe(true);
    expect(isCovered([10, 20, 40, 51], [[0, 20], [39, 50]])).toBe(false);
    expect(isCovered([10, 20], [])).toBe(false);
  });
});

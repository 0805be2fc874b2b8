import { spansText } from '@app/dice-format';
import { describe, expect, it } from 'vitest';
import { isCovered, maskOverlap } from './mask-overlap.js';

const PIXELS = 100;
const mask = (...spans: number[]): string => spansText(spans, PIXELS);

describe('masks of one image', () => {
  it('overlap by the pixels that both have, of those that either has', () => {
    expect(maskOverlap(mask(0, 10, 20, 30), mask(5, 10, 20, 35), PIXELS)).toBeCloseTo(15 / 25, 9);
    expect(maskOverlap(mask(10, 20), mask(10, 20), PIXELS)).toBe(1);
    expect(maskOverlap(mask(10, 20), mask(20, 30), PIXELS)).toBe(0);
    expect(maskOverlap('', '', PIXELS)).toBe(0);
  });

  it('cover a proposal where all layers together have each of its pixels', () => {
    expect(isCovered(mask(10, 20, 40, 50), [mask(0, 15), mask(15, 20, 39, 60)], PIXELS)).toBe(true);
    expect(isCovered(mask(10, 20, 40, 51), [mask(0, 20), mask(39, 50)], PIXELS)).toBe(false);
    expect(isCovered(mask(10, 20), [], PIXELS)).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { polygonToMask } from '../masks/instance-mask.js';
import { ringArea } from '../model/geometry.js';
import { ringsOf } from './outline.js';

const box = { x: 2, y: 1, width: 4, height: 3 };
const mask = (counts: unknown) => ({ kind: 'mask' as const, box, counts });
const SQUARE = [2, 1, 6, 1, 6, 4, 2, 4];

describe('the outline of an instance mask', () => {
  it('goes around its pixels', () => {
    const rings = ringsOf(mask({ size: [10, 20], counts: polygonToMask([SQUARE], { width: 20, height: 10 }) }));
    expect(rings).toHaveLength(1);
    expect(ringArea(rings?.[0] ?? [])).toBe(12);
  });

  it.each([[null], [{}], [{ size: [10, 20], counts: [1, 2] }], [{ size: ['a', 20], counts: '1' }], [{ size: [10, 20], counts: 'nonsense' }], [{ size: [5_000, 5_000], counts: '1' }]])('is its box where the run lengths are %j', (counts) => {
    expect(ringsOf(mask(counts))).toBeNull();
  });

  it('is that of a polygon as it is', () => {
    expect(ringsOf({ kind: 'polygon', rings: [SQUARE] })).toEqual([SQUARE]);
  });
});

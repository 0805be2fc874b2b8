import { describe, expect, it } from 'vitest';
import { sourceOf, type Warp } from '../data/warp.js';
import { labelIndices, NO_LABEL, warpLabels } from './warp-labels.js';

const SIDE = 8;
const plain: Warp = { matrix: [1, 0, 0, 1], shiftX: 0, shiftY: 0, flip: false, gain: [1, 1, 1], lift: 0 };
const indexOf = labelIndices([4, 0]);
const square = Uint8Array.from({ length: SIDE * SIDE }, (_, at) => [0, 5, 1, 255][(at * 7) % 4] ?? 0);
const warped = (warp: Warp | null): number[] => {
  const into = new Float32Array(SIDE * SIDE);
  warpLabels(square, { side: SIDE, warp, indexOf }, into);
  return [...into];
};

describe('warped labels', () => {
  it('are the indices of the training, and nothing for what is ignored or unknown', () => {
    expect([...indexOf.subarray(0, 6), indexOf[255]]).toEqual([0, 2, NO_LABEL, NO_LABEL, NO_LABEL, 1, NO_LABEL]);
    expect(warped(null)).toEqual([...square].map((value) => indexOf[value]));
    expect(warped(plain)).toEqual(warped(null));
  });

  it('lie where the warp of the pixels takes them from', () => {
    for (const warp of [{ ...plain, flip: true }, { ...plain, shiftX: 2, shiftY: -1 }, { ...plain, matrix: [0.8, -0.6, 0.6, 0.8] as const, flip: true, shiftX: 1.2 }]) {
      const result = warped(warp);
      const expected = result.map((_, at) => {
        const [x, y] = sourceOf(warp, SIDE, at % SIDE, Math.floor(at / SIDE)).map(Math.round) as [number, number];
        return x < 0 || y < 0 || x >= SIDE || y >= SIDE ? NO_LABEL : (indexOf[square[y * SIDE + x] ?? 255] ?? NO_LABEL);
      });
      expect(result).toEqual(expected);
      expect(result).not.toEqual(warped(null));
    }
  });
});

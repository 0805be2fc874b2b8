import { describe, expect, it } from 'vitest';
import { fitGeometry } from '../../data/fit.js';
import { Placement } from '../../data/placement.js';
import type { Warp } from '../../data/warp.js';
import { labelIndices } from '../../geometry/warp-labels.js';
import { writeMiddles } from './middle-targets.js';
import { DEEP_STRIDE } from './unet-small.js';

const SIDE = 64;
const CELLS = SIDE / DEEP_STRIDE;
const indexOf = labelIndices([4, 9]);
const mirror: Warp = { matrix: [1, 0, 0, 1], shiftX: 0, shiftY: 0, flip: true, gain: [1, 1, 1], lift: 0 };

/** Marked cells as class index, column, row. */
function middles(paint: (x: number, y: number) => number, warp: Warp | null = null): number[][] {
  const square = Uint8Array.from({ length: SIDE * SIDE }, (_, at) => paint(at % SIDE, Math.floor(at / SIDE)));
  const into = new Float32Array(2 * CELLS * CELLS);
  writeMiddles(square, new Placement(fitGeometry(SIDE, SIDE, SIDE), warp), { indexOf, into });
  return [...into.keys()].filter((at) => into[at] === 1).map((at) => [Math.floor(at / CELLS ** 2), at % CELLS, Math.floor(at / CELLS) % CELLS]);
}

describe('middles of figures', () => {
  const block = (x: number, y: number): number => (x >= 2 && x < 12 && y >= 34 && y < 46 ? 10 : 0);

  it('name the class of the cell that they lie in, wherever the picture is moved', () => {
    expect(middles(block)).toEqual([[1, 0, 5]]);
    expect(middles(block, mirror)).toEqual([[1, 7, 5]]);
    expect(middles(block, { ...mirror, flip: false, shiftX: 20 })).toEqual([]);
  });

  it('say nothing of specks, of what is ignored or no class, and of what does not lie around its middle', () => {
    expect(middles((x, y) => (x < 5 && y < 5 ? 5 : 0))).toEqual([]);
    expect(middles((x, y) => (block(x, y) === 0 ? 0 : 255))).toEqual([]);
    expect(middles((x, y) => (block(x, y) === 0 ? 0 : 7))).toEqual([]);
    expect(middles((x, y) => (Math.abs(Math.hypot(x - 32, y - 32) - 20) < 3 ? 5 : 0))).toEqual([]);
    expect(middles((x, y) => (Math.hypot(x - 32, y - 32) < 20 ? 5 : 0))).toEqual([[0, 4, 4]]);
  });
});

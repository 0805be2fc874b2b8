import { labelMapOf } from '@app/dice-format';
import { describe, expect, it } from 'vitest';
import { fitGeometry } from '../data/fit.js';
import { fitLabels, IGNORED, originalMasks } from './label-square.js';

const rows = (plane: Uint8Array, width: number): string[] =>
  Array.from({ length: plane.length / width }, (_, y) => [...plane.subarray(y * width, (y + 1) * width)].map((value) => (value === IGNORED ? '*' : String(value))).join(''));

describe('label maps of the square', () => {
  it('show the original nearest, with nothing to look at around it', () => {
    const labels = Uint8Array.from([0, 0, 1, 1, 0, 0, 1, 1]);
    expect(rows(fitLabels(labels, fitGeometry(4, 2, 8)), 8)).toEqual(['********', '********', '00001111', '00001111', '00001111', '00001111', '********', '********']);
    expect(rows(fitLabels(labels, fitGeometry(4, 2, 2)), 2)).toEqual(['01', '**']);
  });

  it('give back the masks of the original, whatever its size', () => {
    for (const [width, height, side] of [
      [40, 30, 40],
      [30, 40, 40],
      [7, 5, 21],
      [64, 64, 64],
      [200, 90, 50],
    ] as const) {
      const fit = fitGeometry(width, height, side);
      const labels = Uint8Array.from({ length: width * height }, (_, at) => {
        const [x, y] = [(at % width) / width, Math.floor(at / width) / height];
        return Math.hypot(x - 0.3, y - 0.4) < 0.25 ? 1 : y > 0.75 ? 3 : 0;
      });
      const masks = originalMasks(fitLabels(labels, fit), fit);
      expect([...masks.keys()]).toEqual([1, 3]);
      const back = labelMapOf([...masks].map(([value, counts]) => ({ class_id: value - 1, counts })), { width, height });
      const wrong = labels.filter((value, at) => value !== back[at]).length;
      // Where the square has the size of the original or a multiple of it, nothing is lost.
      expect(wrong / labels.length).toBeLessThanOrEqual(side >= Math.max(width, height) ? 0 : 0.06);
    }
  });

  it('joins what goes on in the next column', () => {
    const fit = fitGeometry(3, 3, 3);
    expect(originalMasks(Uint8Array.from([2, 2, 2, 2, 2, 2, 2, 2, 2]), fit)).toEqual(new Map([[2, '09']]));
    expect(originalMasks(new Uint8Array(9), fit)).toEqual(new Map());
  });
});

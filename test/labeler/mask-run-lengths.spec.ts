import { labelMapOf, layersOfLabelMap } from '@app/dice-format';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LabelMap } from '../../apps/labeler/src/engine/masks/kernels/label-map.js';
import { decodeLayers, encodeLayers } from '../../apps/labeler/src/engine/masks/kernels/run-lengths.js';

const maps = fc
  .tuple(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 40 }), fc.array(fc.constantFrom(0, 1, 2, 9, 254, 255), { minLength: 1, maxLength: 200 }))
  .map(([width, height, run, labels]) => {
    const map = new LabelMap({ width, height });
    map.pixels.forEach((_, index) => (map.pixels[index] = labels[Math.floor(index / run) % labels.length] ?? 0));
    return map;
  });

/** The platform's maps lie by row, the labeler's by column. */
function byRow({ pixels, size: { width, height } }: LabelMap): Uint8Array {
  return Uint8Array.from({ length: pixels.length }, (_, index) => pixels[(index % width) * height + Math.floor(index / width)] ?? 0);
}

describe('the run lengths of the labeler', () => {
  it('are those that the platform writes, text by text', () => {
    fc.assert(
      fc.property(maps, (map) => {
        expect(encodeLayers(map)).toEqual(layersOfLabelMap(byRow(map), map.size));
      }),
      { numRuns: 1_000 },
    );
  });
  it('are read to the same pixels on both sides', () => {
    fc.assert(
      fc.property(maps, (map) => {
        const layers = encodeLayers(map);
        expect(Buffer.compare(labelMapOf(layers, map.size), byRow(decodeLayers(layers, map.size)))).toBe(0);
      }),
      { numRuns: 1_000 },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MaskFormatError, decodeLayers, encodeLayers } from './run-lengths.js';
import { snapped, sweepBrush } from './brush.js';
import { paletteOf, tileColours } from './colours.js';
import { maskRings } from './contours.js';
import { floodFill, type FloodReach } from './flood.js';
import { inside, LabelMap, type FillColumn } from './label-map.js';
import { fillRings } from './polygon-fill.js';

const mapOf = (width: number, height: number, pixels?: ArrayLike<number>): LabelMap => {
  const map = new LabelMap({ width, height });
  if (pixels !== undefined) map.pixels.set(pixels);
  return map;
};
/** Places where two maps differ: comparing arrays as such takes seconds. */
const differences = (a: Uint8Array, b: ArrayLike<number>): number => a.reduce((sum, value, index) => (value === b[index] ? sum : sum + 1), 0);
const writer = (map: LabelMap, value = 1): FillColumn => inside(map.size, (x, top, bottom) => map.pixels.fill(value, x * map.size.height + top, x * map.size.height + bottom));
/** A map of few labels in runs, as masks are. */
const maps = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }), fc.array(fc.constantFrom(0, 0, 1, 2, 3, 254, 255), { minLength: 144, maxLength: 144 }), fc.integer({ min: 1, max: 4 })).map(([width, height, labels, run]) =>
  mapOf(width, height, Array.from({ length: width * height }, (_, index) => labels[Math.floor(index / run)] ?? 0)),
);

describe('run lengths', () => {
  it('give back every map that they were made of', () => {
    fc.assert(
      fc.property(maps, (map) => {
        expect(differences(decodeLayers(encodeLayers(map), map.size).pixels, map.pixels)).toBe(0);
      }),
      { numRuns: 2_000 },
    );
  });
  it('write runs of millions of pixels', () => {
    const map = mapOf(4_000, 3_000);
    map.pixels.fill(7, 5_000_000, 11_000_001);
    expect(Buffer.compare(decodeLayers(encodeLayers(map), map.size).pixels, map.pixels)).toBe(0);
  });
  it.each([['cut off', 'o'], ['of another size', '5'], ['past the end', '?@'], ['of strange letters', '1 2'], ['below nothing', '23O12'], ['without end', 'oooooooooooo0']])('refuse a text that is %s', (_, counts) => {
    expect(() => decodeLayers([{ class_id: 0, counts }], { width: 2, height: 2 })).toThrow(MaskFormatError);
  });
  it('refuse a class that no pixel can say', () => {
    expect(() => decodeLayers([{ class_id: 254, counts: '4' }], { width: 2, height: 2 })).toThrow(MaskFormatError);
  });
});

describe('the brush', () => {
  const distanceTo = (a: { x: number; y: number }, b: { x: number; y: number }, p: { x: number; y: number }): number => {
    const square = (b.x - a.x) ** 2 + (b.y - a.y) ** 2;
    const along = square === 0 ? 0 : Math.min(1, Math.max(0, ((p.x - a.x) * (b.x - a.x) + (p.y - a.y) * (b.y - a.y)) / square));
    return Math.hypot(p.x - a.x - along * (b.x - a.x), p.y - a.y - along * (b.y - a.y));
  };
  it('covers exactly the pixels whose centres it passes over', () => {
    const place = fc.record({ x: fc.integer({ min: -60, max: 360 }), y: fc.integer({ min: -60, max: 360 }) }).map(({ x, y }) => ({ x: x / 10, y: y / 10 }));
    fc.assert(
      fc.property(place, place, fc.integer({ min: 1, max: 15 }), (from, to, diameter) => {
        const map = mapOf(30, 30);
        sweepBrush({ from, to, diameter }, writer(map));
        const [a, b] = [snapped(from, diameter), snapped(to, diameter)];
        const expected = map.pixels.map((value, index) => {
          const far = distanceTo(a, b, { x: Math.floor(index / 30) + 0.5, y: (index % 30) + 0.5 }) - diameter / 2;
          return Math.abs(far) > 1e-6 ? Number(far < 0) : value;
        });
        expect(differences(map.pixels, expected)).toBe(0);
      }),
      { numRuns: 2_000 },
    );
  });
  it.each([[1, 1], [2, 4], [3, 9], [4, 12], [5, 21]])('of %i px covers %i pixels wherever it stands', (diameter, pixels) => {
    for (const place of [{ x: 10, y: 10 }, { x: 10.3, y: 10.7 }, { x: 10.99, y: 10.5 }]) {
      const map = mapOf(30, 30);
      sweepBrush({ from: place, to: place, diameter }, writer(map));
      expect(map.pixels.reduce((sum, value) => sum + value, 0)).toBe(pixels);
    }
  });
});

describe('filling', () => {
  /** By the book: one pixel after the other. */
  const slowly = (map: LabelMap, at: number, value: number, passes: (label: number) => boolean): Uint8Array => {
    const { height } = map.size;
    const out = map.pixels.slice();
    const seen = new Set([at]);
    for (const index of seen) {
      out[index] = value;
      const y = index % height;
      const near = [index - height, index + height, ...(y > 0 ? [index - 1] : []), ...(y + 1 < height ? [index + 1] : [])];
      for (const next of near) if (next >= 0 && next < out.length && passes(map.pixels[next] ?? 0)) seen.add(next);
    }
    return out;
  };
  it('reaches what hangs together by sides, and nothing else', () => {
    fc.assert(
      fc.property(maps, fc.nat(143), fc.constantFrom<FloodReach>('same', 'until-value'), (map, place, reach) => {
        const at = place % map.pixels.length;
        const value = 3;
        const seed = map.pixels[at] ?? 0;
        const expected = seed === value ? map.pixels.slice() : slowly(map, at, value, (label) => (reach === 'same' ? label === seed : label !== value));
        floodFill(map, { at: { x: Math.floor(at / map.size.height) + 0.4, y: (at % map.size.height) + 0.6 }, value, reach }, writer(map, value));
        expect(differences(map.pixels, expected)).toBe(0);
      }),
      { numRuns: 3_000 },
    );
  });
  it('does nothing outside the image', () => {
    const map = mapOf(4, 4);
    for (const at of [{ x: -1, y: 2 }, { x: 4, y: 2 }, { x: 2, y: -0.1 }, { x: 2, y: 4 }]) floodFill(map, { at, value: 1, reach: 'same' }, writer(map));
    expect(map.pixels.every((value) => value === 0)).toBe(true);
  });
  it('takes the pixels of a ring whose centres lie in it, by the even-odd rule', () => {
    // Never through the centre of a pixel, where rounding decides.
    const coordinate = (by: number): fc.Arbitrary<number> => fc.integer({ min: -30, max: 150 }).map((tenths) => tenths * 0.10037 + by);
    const ring = fc.array(fc.tuple(coordinate(0.0131), coordinate(0.0617)), { minLength: 3, maxLength: 8 }).map((points) => points.flat());
    fc.assert(
      fc.property(fc.array(ring, { maxLength: 3 }), (rings) => {
        const map = mapOf(12, 12);
        fillRings(rings, writer(map));
        const expected = map.pixels.map((_, index) => Number(isInside(rings, Math.floor(index / 12) + 0.5, (index % 12) + 0.5)));
        expect(differences(map.pixels, expected)).toBe(0);
      }),
      { numRuns: 2_000 },
    );
  });
  const isInside = (rings: readonly (readonly number[])[], x: number, y: number): boolean => {
    let isIn = false;
    for (const ring of rings) {
      for (let at = 0; at < ring.length; at += 2) {
        const [ax = 0, ay = 0, bx = 0, by = 0] = [ring[at], ring[at + 1], ring[(at + 2) % ring.length], ring[(at + 3) % ring.length]];
        if (ax > x !== bx > x && y > ay + ((x - ax) / (bx - ax)) * (by - ay)) isIn = !isIn;
      }
    }
    return isIn;
  };
});

describe('outlines', () => {
  it('give back exactly the pixels that they were drawn around, holes and corners included', () => {
    fc.assert(
      fc.property(maps, (map) => {
        const again = mapOf(map.size.width, map.size.height);
        const rings = maskRings(map, 1);
        fillRings(rings, writer(again));
        expect(differences(again.pixels, map.pixels.map((label) => Number(label === 1)))).toBe(0);
        expect(rings.every((ring) => ring.length >= 8)).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });
  it('have corners only', () => {
    const map = mapOf(6, 6);
    for (let x = 1; x < 5; x += 1) writer(map)(x, 1, 4);
    expect(maskRings(map, 1)).toEqual([[5, 1, 5, 4, 1, 4, 1, 1]]);
  });
});

describe('colours', () => {
  it('are laid by row, clear where nothing or something hidden is, grey where nobody is to look', () => {
    const map = mapOf(2, 2, [1, 0, 2, 255]);
    const palette = paletteOf([{ id: 0, color: '#ff0080' }, { id: 1, color: '#00ff00' }], new Set([1]));
    expect([...(tileColours(map, 0, palette) ?? [])]).toEqual([255, 0, 128, 255, 0, 0, 0, 0, 0, 0, 0, 0, 128, 128, 128, 255]);
    expect(tileColours(mapOf(2, 2), 0, palette)).toBeNull();
  });
  it('of a tile at the border are only as many as the image has', () => {
    const map = mapOf(257, 3);
    map.pixels[256 * 3 + 2] = 1;
    expect(tileColours(map, 0, paletteOf([]))).toBeNull();
    expect(tileColours(map, 1, paletteOf([{ id: 0, color: '#010203' }]))).toEqual(Uint8ClampedArray.from([0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 255]));
  });
});

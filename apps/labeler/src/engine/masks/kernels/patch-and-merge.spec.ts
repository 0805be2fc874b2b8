import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sweepBrush } from './brush.js';
import { inside, LabelMap } from './label-map.js';
import { differingTiles, mergeMasks } from './merge-masks.js';
import { applyPatch, StrokeRecorder, type MaskPatch } from './patch.js';

const SIZE = { width: 530, height: 300 };
const place = fc.record({ x: fc.integer({ min: -20, max: 550 }), y: fc.integer({ min: -20, max: 320 }) });
const stroke = fc.record({ value: fc.nat(3), from: place, to: place, diameter: fc.integer({ min: 1, max: 90 }) });

function paint(map: LabelMap, { value, ...sweep }: { value: number; from: { x: number; y: number }; to: { x: number; y: number }; diameter: number }): MaskPatch | null {
  const recorder = new StrokeRecorder(map, value);
  sweepBrush(sweep, inside(map.size, recorder.fill));
  return recorder.patch();
}

describe('strokes', () => {
  it('are taken back and done again to the pixel, over borders of tiles', () => {
    fc.assert(
      fc.property(fc.array(stroke, { minLength: 1, maxLength: 6 }), (strokes) => {
        const map = new LabelMap(SIZE);
        const states = [map.pixels.slice()];
        const patches = strokes.map((one) => {
          const patch = paint(map, one);
          states.push(map.pixels.slice());
          return patch;
        });
        for (let at = patches.length - 1; at >= 0; at -= 1) {
          const patch = patches[at];
          const changed = patch === null || patch === undefined ? [] : applyPatch(map, patch, 'undo');
          expect(changed).toEqual(patch?.tiles.map(({ tile }) => tile) ?? []);
          expect(Buffer.compare(map.pixels, states[at] ?? new Uint8Array())).toBe(0);
        }
        for (const patch of patches) if (patch !== null) applyPatch(map, patch, 'redo');
        expect(Buffer.compare(map.pixels, states.at(-1) ?? new Uint8Array())).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  it('take back only what nobody painted over since', () => {
    const map = new LabelMap(SIZE);
    const patch = paint(map, { value: 1, from: { x: 10, y: 10 }, to: { x: 60, y: 10 }, diameter: 9 });
    map.pixels[30 * SIZE.height + 10] = 2;
    if (patch === null) throw new Error('the stroke changed nothing');
    applyPatch(map, patch, 'undo');
    expect(map.pixels.filter((value) => value !== 0)).toEqual(Uint8Array.of(2));
    expect(map.pixels[30 * SIZE.height + 10]).toBe(2);
  });

  it('that change nothing are none, and kept small otherwise', () => {
    const map = new LabelMap(SIZE);
    expect(paint(map, { value: 0, from: { x: 10, y: 10 }, to: { x: 90, y: 90 }, diameter: 30 })).toBeNull();
    const patch = paint(map, { value: 1, from: { x: 20, y: 20 }, to: { x: 220, y: 200 }, diameter: 40 });
    const bytes = patch?.tiles.reduce((sum, { runs, before }) => sum + runs.byteLength + before.byteLength, 0) ?? 0;
    expect(bytes).toBeGreaterThan(0);
    // One run a column, of 256; the pixels themselves would be 65,536.
    expect(bytes).toBeLessThanOrEqual(256 * 5);
  });
});

describe('a merge of two masks', () => {
  const RUNS = 20_000;
  const small = fc.uint8Array({ minLength: 9, maxLength: 9, max: 3 });
  const three = fc.tuple(small, small, small, fc.uint8Array({ minLength: 9, maxLength: 9, max: 3 })).map(([base, mine, theirs, keep]) => {
    const near = (own: Uint8Array, bit: number): LabelMap => {
      const map = new LabelMap({ width: 3, height: 3 });
      map.pixels.set(own.map((value, index) => (((keep[index] ?? 0) & bit) === 0 ? value : (base[index] ?? 0))));
      return map;
    };
    return { base: near(base, 0), mine: near(mine, 1), theirs: near(theirs, 2) };
  });

  it('keeps every pixel that only one of them changed, mine over theirs where both did, and says so', () => {
    fc.assert(
      fc.property(three, ({ base, mine, theirs }) => {
        const { merged, overlapping } = mergeMasks(base, mine, theirs);
        let [clashes, wrong] = [0, 0];
        merged.pixels.forEach((value, index) => {
          const [b, m, t] = [base.pixels[index], mine.pixels[index], theirs.pixels[index]];
          if (value !== (m === b ? t : m)) wrong += 1;
          if (m !== b && t !== b && m !== t) clashes += 1;
        });
        expect([wrong, overlapping.length]).toEqual([0, clashes > 0 ? 1 : 0]);
      }),
      { numRuns: RUNS },
    );
  });
  it('with oneself or with nobody is what one painted', () => {
    fc.assert(
      fc.property(three, ({ base, mine }) => {
        for (const [left, right] of [[mine, base], [mine, mine], [base, mine]] as const) {
          const { merged, overlapping } = mergeMasks(base, left, right);
          expect(Buffer.compare(merged.pixels, mine.pixels) + overlapping.length).toBe(0);
        }
      }),
      { numRuns: RUNS / 4 },
    );
  });
  it('names the tiles in which both painted the same pixels, and those that differ', () => {
    const [base, mine, theirs] = [new LabelMap(SIZE), new LabelMap(SIZE), new LabelMap(SIZE)];
    const at = (x: number, y: number): number => x * SIZE.height + y;
    for (const place of [at(10, 10), at(300, 290), at(529, 299)]) mine.pixels[place] = 1;
    for (const place of [at(11, 10), at(300, 290)]) theirs.pixels[place] = 2;
    expect(mergeMasks(base, mine, theirs).overlapping).toEqual([3]);
    expect(differingTiles(base, mine)).toEqual([0, 3, 5]);
  });
});

import { describe, expect, it } from 'vitest';
import { differingObjects, type DiffObject } from './object-match.js';

const box = (id: string, bbox: number[], more: Record<string, unknown> = {}): DiffObject => ({ id, class_id: 0, bbox, ...more });
const said = (before: DiffObject[], after: DiffObject[]): unknown => differingObjects(before, after).map((one) => [one.before?.id ?? null, one.after?.id ?? null, ...one.differences]);

/** Boxes on a small grid, so that many overlap alike. */
function randomState(seed: number): DiffObject[] {
  let state = seed;
  const next = (below: number): number => (state = (state * 48_271) % 2_147_483_647) % below;
  return Array.from({ length: 1 + next(8) }, (_, index) => box(`${next(3) === 0 ? 'k' : `s${seed}-`}${index}`, [next(4), next(4), 4 + next(3), 4 + next(3)], { class_id: next(3), attributes: { seen: next(2) === 0 } }));
}

describe('objects of two states', () => {
  it('are matched by id, and what changed of them is told', () => {
    expect(said([box('a', [0, 0, 5, 5])], [box('a', [90, 0, 5, 5])])).toEqual([['a', 'a', 'moved']]);
    expect(said([box('a', [0, 0, 5, 5])], [box('a', [0, 0, 6, 5], { class_id: 2 })])).toEqual([['a', 'a', 'resized', 'relabelled']]);
    expect(said([box('a', [0, 0, 5, 5], { attributes: { x: 1, y: 2 } })], [box('a', [0, 0, 5, 5], { attributes: { y: 2, x: 3 } })])).toEqual([['a', 'a', 'attributes']]);
  });

  it('are matched by overlap from one half on, the greatest first', () => {
    expect(said([box('a', [0, 0, 10, 10])], [box('b', [0, 0, 10, 5])])).toEqual([['a', 'b', 'resized']]);
    expect(said([box('a', [0, 0, 10, 10])], [box('b', [0, 0, 10, 4.9])])).toEqual([['a', null, 'removed'], [null, 'b', 'added']]);
    expect(said([box('a', [0, 0, 10, 10])], [box('b', [0, 2, 10, 10]), box('c', [0, 1, 10, 10])])).toEqual([['a', 'c', 'moved'], [null, 'b', 'added']]);
  });

  it('without boxes are matched by class', () => {
    expect(said([{ id: 'a', class_id: 1, counts: 'x' }], [{ id: 'b', class_id: 1, counts: 'y' }, { id: 'c', class_id: 2, counts: 'z' }])).toEqual([['a', 'b', 'reshaped'], [null, 'c', 'added']]);
  });

  it('do not differ from themselves, and mirrored they differ mirrored', () => {
    const mirror = { added: 'removed', removed: 'added' } as Record<string, string>;
    for (let seed = 1; seed <= 300; seed += 1) {
      const [a, b] = [randomState(seed), randomState(seed + 1_000)];
      expect(differingObjects(a, a)).toEqual([]);
      const there = differingObjects(a, b).map((one) => JSON.stringify([one.before?.id, one.after?.id, one.differences]));
      const back = differingObjects(b, a).map((one) => JSON.stringify([one.after?.id, one.before?.id, one.differences.map((word) => mirror[word] ?? word)]));
      expect(back.sort()).toEqual(there.sort());
    }
  });
});

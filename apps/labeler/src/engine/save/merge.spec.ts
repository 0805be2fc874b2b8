import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../model/label-object.js';
import { isEqualJson } from '../model/json.js';
import { changesBetween, type LabelEdit } from './label-state.js';
import { decide, merge } from './merge.js';

const RUNS = 20_000;
const field = fc.record({ class_id: fc.nat(3), bbox: fc.tuple(fc.nat(4), fc.nat(4)).map((two) => [...two]), attributes: fc.option(fc.record({ a: fc.nat(2) }), { nil: undefined }) }, { requiredKeys: ['class_id', 'bbox'] });
const objects = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), field).map((all): ReadonlyMap<string, JsonObject> => new Map(Object.entries(all)));
const content = fc.record({ objects, noObject: fc.boolean() }).map((one): LabelEdit => ({ ...one, noObject: one.noObject && one.objects.size === 0 }));
/** Near to the first, as edits are: some objects as they were. */
const three = fc.tuple(content, content, content, fc.uint8Array({ minLength: 8, maxLength: 8 })).map(([base, mine, theirs, keep]) => {
  const mixed = (own: LabelEdit, from: number): LabelEdit => {
    const next = new Map(own.objects);
    ['a', 'b', 'c', 'd'].forEach((id, index) => {
      const old = base.objects.get(id);
      if (((keep[from + index] ?? 0) & 1) === 0) return;
      if (old === undefined) next.delete(id);
      else next.set(id, old);
    });
    return { ...own, objects: next, noObject: own.noObject && next.size === 0 };
  };
  return { base, mine: mixed(mine, 0), theirs: mixed(theirs, 4) };
});
const of = (edit: LabelEdit, id: string): JsonObject | null => edit.objects.get(id) ?? null;
const ids = (...all: LabelEdit[]): string[] => [...new Set(all.flatMap((one) => [...one.objects.keys()]))];

describe('a merge of two edits of one image', () => {
  it('loses nothing that only one of them changed', () => {
    fc.assert(
      fc.property(three, ({ base, mine, theirs }) => {
        const { merged } = merge(base, mine, theirs);
        for (const id of ids(base, mine, theirs)) {
          if (isEqualJson(of(base, id), of(theirs, id))) expect(of(merged, id)).toEqual(of(mine, id));
          if (isEqualJson(of(base, id), of(mine, id))) expect(of(merged, id)).toEqual(of(theirs, id));
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('tells of a conflict exactly where both changed the same to something else, and keeps theirs there', () => {
    fc.assert(
      fc.property(three, ({ base, mine, theirs }) => {
        const { merged, conflicts } = merge(base, mine, theirs);
        for (const id of ids(base, mine, theirs)) {
          const [b, m, t] = [of(base, id), of(mine, id), of(theirs, id)];
          const conflict = conflicts.find((one) => one.id === id);
          const clash = (key: string): boolean => !isEqualJson(m?.[key], t?.[key]) && !isEqualJson(m?.[key], b?.[key]) && !isEqualJson(t?.[key], b?.[key]);
          if (m === null || t === null) {
            expect(conflict !== undefined).toBe(!isEqualJson(m, t) && !isEqualJson(m, b) && !isEqualJson(t, b));
            continue;
          }
          const fields = [...new Set([...Object.keys(m), ...Object.keys(t)])].filter(clash);
          expect(conflict?.fields.toSorted() ?? []).toEqual(fields.toSorted());
          for (const key of fields) expect(of(merged, id)?.[key]).toEqual(t[key]);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('is what the one changed where the other changed nothing, and the same from both sides where nothing clashes', () => {
    fc.assert(
      fc.property(three, ({ base, mine, theirs }) => {
        expect(Object.fromEntries(merge(base, mine, base).merged.objects)).toEqual(Object.fromEntries(mine.objects));
        expect(Object.fromEntries(merge(base, base, theirs).merged.objects)).toEqual(Object.fromEntries(theirs.objects));
        const [one, other] = [merge(base, mine, theirs), merge(base, theirs, mine)];
        expect(one.conflicts.map((conflict) => conflict.id).toSorted()).toEqual(other.conflicts.map((conflict) => conflict.id).toSorted());
        if (one.conflicts.length === 0) expect(Object.fromEntries(one.merged.objects)).toEqual(Object.fromEntries(other.merged.objects));
      }),
      { numRuns: RUNS },
    );
  });

  it('is empty on purpose only where somebody said so and nobody has an object', () => {
    fc.assert(
      fc.property(three, ({ base, mine, theirs }) => {
        const { merged } = merge(base, mine, theirs);
        expect(merged.noObject && merged.objects.size > 0).toBe(false);
        if (merged.objects.size === 0 && mine.noObject !== base.noObject) expect(merged.noObject).toBe(mine.noObject);
      }),
      { numRuns: RUNS },
    );
  });
});

describe('a conflict', () => {
  const [old, mine, theirs] = [{ class_id: 0 }, { class_id: 1 }, { class_id: 2 }];
  const state = (object: JsonObject | null): LabelEdit => ({ objects: new Map(object === null ? [] : [['a', object]]), noObject: false });
  const conflictOf = (m: JsonObject | null, t: JsonObject | null) => {
    const { merged, conflicts } = merge(state(old), state(m), state(t));
    const [first] = conflicts;
    if (first === undefined) throw new Error('There is no conflict.');
    return (choice: 'mine' | 'theirs' | 'both') => Object.fromEntries(decide(merged, first, choice, () => 'new').objects);
  };

  it('over where an object is takes its box and its points from one side', () => {
    const [at, moved, bent] = [
      { class_id: 0, bbox: [0, 0, 9, 9], keypoints: [1, 1, 2] },
      { class_id: 0, bbox: [5, 5, 9, 9], keypoints: [6, 6, 2] },
      { class_id: 3, bbox: [0, 0, 9, 9], keypoints: [2, 1, 2] },
    ];
    const { merged, conflicts } = merge(state(at), state(moved), state(bent));
    expect([merged.objects.get('a'), conflicts.map(({ fields }) => fields.toSorted())]).toEqual([bent, [['bbox', 'keypoints']]]);
    expect(merge(state(at), state({ ...at, bbox: [0, 0, 8, 8] }), state(bent)).merged.objects.get('a')).toEqual({ ...bent, bbox: [0, 0, 8, 8] });
  });
  it('is decided for one of them, or both are kept', () => {
    const decided = conflictOf(mine, theirs);
    expect([decided('mine'), decided('theirs'), decided('both')]).toEqual([{ a: mine }, { a: theirs }, { a: theirs, new: mine }]);
  });
  it('of an edit and a deletion ends with the object, or without', () => {
    expect([conflictOf(null, theirs)('mine'), conflictOf(null, theirs)('theirs'), conflictOf(null, theirs)('both')]).toEqual([{}, { a: theirs }, { a: theirs }]);
    expect([conflictOf(mine, null)('mine'), conflictOf(mine, null)('theirs'), conflictOf(mine, null)('both')]).toEqual([{ a: mine }, {}, { a: mine }]);
  });
});

describe('the changes of a PATCH', () => {
  it('lead from one to the other, and name nothing that is the same', () => {
    fc.assert(
      fc.property(content, content, (from, to) => {
        const changes = changesBetween(from.objects, to.objects);
        const next = new Map(from.objects);
        for (const { id, after } of changes) {
          expect(isEqualJson(of(from, id), after)).toBe(false);
          if (after === null) next.delete(id);
          else next.set(id, after);
        }
        expect(Object.fromEntries(next)).toEqual(Object.fromEntries(to.objects));
      }),
    );
  });
});

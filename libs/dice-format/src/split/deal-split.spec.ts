import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Split } from '../image-labels.js';
import { SplitDealer, type DealOptions } from './deal-split.js';
import type { SplitImage } from './split-units.js';

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
const image = (id: number, facts: Partial<SplitImage> = {}): SplitImage => ({ id, sha256: sha(`image ${id}`), group: null, classIds: [0], split: null, ...facts });
const many = (count: number, facts: (index: number) => Partial<SplitImage> = () => ({})): SplitImage[] => Array.from({ length: count }, (_, index) => image(index + 1, facts(index)));
const RATIO = { train: 0.7, val: 0.2, test: 0.1 };

function deal(images: readonly SplitImage[], options: Partial<DealOptions> = {}): Map<number, Split> {
  const dealer = new SplitDealer({ seed: 1, ratio: RATIO, mode: 'anew', by: 'shares', ...options });
  for (const one of images) dealer.add(one);
  return dealer.finish();
}
const counted = (sides: Iterable<Split | undefined>): Record<Split, number> => {
  const counts = { train: 0, val: 0, test: 0 };
  for (const side of sides) if (side !== undefined) counts[side] += 1;
  return counts;
};
const withSides = (images: readonly SplitImage[], sides: ReadonlyMap<number, Split>): SplitImage[] => images.map((one) => ({ ...one, split: sides.get(one.id) ?? one.split }));

/** Images of few contents, groups and classes, so that they meet. */
const images = (maxLength = 60): fc.Arbitrary<SplitImage[]> =>
  fc
    .array(
      fc.record({
        content: fc.integer({ min: 0, max: 50 }),
        group: fc.option(fc.constantFrom('p1', 'p2', 'p3', 'p4'), { freq: 3 }),
        classIds: fc.uniqueArray(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }),
        split: fc.option(fc.constantFrom<Split>('train', 'val', 'test'), { freq: 2 }),
      }),
      { minLength: 1, maxLength },
    )
    .map((facts) => facts.map(({ content, ...one }, index) => ({ id: index + 1, sha256: sha(String(content)), ...one })));
const ratios = fc.record({ val: fc.double({ min: 0.01, max: 0.4, noNaN: true }), test: fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 0.4, noNaN: true })) }).map(({ val, test }) => ({ train: 1 - val - test, val, test }));
const options = fc.record({ seed: fc.integer({ min: 0, max: 1_000_000 }), ratio: ratios, by: fc.constantFrom<DealOptions['by']>('shares', 'position') });
const SEED = { seed: 20_261_125, numRuns: 300 };

/** Plainly, by asking for every pair: which images must be together. */
function togetherWith(all: readonly SplitImage[], first: SplitImage): SplitImage[] {
  const found = new Set([first]);
  for (let size = 0; size !== found.size; ) {
    size = found.size;
    for (const one of all) if ([...found].some((other) => other.sha256 === one.sha256 || (other.group !== null && other.group === one.group))) found.add(one);
  }
  return [...found];
}

describe('SplitDealer', () => {
  it('gives every class and the whole the shares that were asked for, exactly where images stand alone', () => {
    const all = many(1_000, (index) => ({ classIds: [index % 4] }));
    const sides = deal(all);
    expect(counted(sides.values())).toEqual({ train: 700, val: 200, test: 100 });
    for (let classId = 0; classId < 4; classId += 1) expect(counted(all.filter((one) => one.classIds[0] === classId).map((one) => sides.get(one.id)))).toEqual({ train: 175, val: 50, test: 25 });
  });

  it('is fair to small strata: 300 sets of classes with one image each have the shares together', () => {
    const counts = counted(deal(many(300, (index) => ({ classIds: [index, index + 1] }))).values());
    expect(counts).toEqual({ train: 210, val: 60, test: 30 });
  });

  it('does not empty the training of a class of few images to make up for a group of many', () => {
    const frames = many(200, () => ({ group: 'film', classIds: [1] }));
    const few = many(10, () => ({ classIds: [2] })).map((one) => ({ ...one, id: one.id + 1_000, sha256: sha(`few ${one.id}`) }));
    for (let seed = 0; seed < 30; seed += 1) {
      const sides = deal([...frames, ...few], { seed });
      expect(counted(few.map((one) => sides.get(one.id))).train).toBeGreaterThanOrEqual(5);
    }
  });

  it('leaves one image of every class that has two to train with, whatever the ratio', () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const all = many(90, (index) => ({ classIds: [index % 30] }));
      const sides = deal(all, { seed, ratio: { train: 0.1, val: 0.6, test: 0.3 } });
      for (let classId = 0; classId < 30; classId += 1) expect(counted(all.filter((one) => one.classIds[0] === classId).map((one) => sides.get(one.id))).train).toBeGreaterThan(0);
    }
  });

  it('takes as many whole groups as come nearest to the share', () => {
    const all = many(100, (index) => ({ group: `film ${index % 10}` }));
    const valOf = (val: number): number => counted(deal(all, { ratio: { train: 1 - val, val, test: 0 } }).values()).val;
    expect([0.01, 0.13, 0.17, 0.24, 0.26].map(valOf)).toEqual([10, 10, 20, 20, 30]);
  });

  it('is on the shares within one unit a side, for all kinds of strata', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 40, maxLength: 300 }), fc.integer({ min: 0, max: 99 }), (classes, seed) => {
        const all = classes.map((classId, index) => image(index, { classIds: [classId] }));
        const sides = deal(all, { seed });
        for (const side of ['val', 'test'] as const) {
          expect(Math.abs(counted(sides.values())[side] - RATIO[side] * all.length)).toBeLessThanOrEqual(2);
          for (let classId = 0; classId <= 6; classId += 1) {
            const members = all.filter((one) => one.classIds[0] === classId);
            expect(Math.abs(counted(members.map((one) => sides.get(one.id)))[side] - RATIO[side] * members.length)).toBeLessThanOrEqual(2);
          }
        }
      }),
      SEED,
    );
  });

  it.each(['anew', 'keep'] as const)('keeps equal images and groups on one side, also where one joins two others (%s)', (mode) => {
    fc.assert(
      fc.property(images(), options, (all, given) => {
        const sides = deal(all, { ...given, mode });
        expect(sides.size).toBe(new Set(all.map((one) => one.id)).size);
        for (const one of all) for (const other of togetherWith(all, one)) expect(sides.get(other.id)).toBe(sides.get(one.id));
      }),
      { ...SEED, numRuns: 150 },
    );
  });

  it('leaves neither training nor validation empty when there are two units', () => {
    fc.assert(
      fc.property(images(12), options, (all, given) => {
        const counts = counted(deal(all, given).values());
        const isOne = all[0] !== undefined && togetherWith(all, all[0]).length === all.length;
        expect(counts.val > 0 && counts.train > 0).toBe(!isOne);
      }),
      SEED,
    );
  });

  it('moves no image that has a side when others come (fill), and puts them where their unit is', () => {
    fc.assert(
      fc.property(images(), options, (all, given) => {
        const sides = deal(all, { ...given, mode: 'fill' });
        for (const one of all) if (one.split !== null) expect(sides.get(one.id)).toBe(one.split);
        for (const one of all.filter((each) => each.split === null)) {
          const others = new Set(togetherWith(all, one).flatMap((other) => other.split ?? []));
          if (others.size > 0) expect(others).toContain(sides.get(one.id));
        }
      }),
      SEED,
    );
  });

  it('moves nothing when it deals again and others came (keep), unless they tie two sides together', () => {
    fc.assert(
      fc.property(images(40), images(40), options, (first, later, given) => {
        const before = deal(first, given);
        const apart = later.map((one) => ({ ...one, id: one.id + 1_000, split: null, group: one.group === null ? null : `new ${one.group}` }));
        const after = deal([...withSides(first, before), ...apart], { ...given, mode: 'keep' });
        // Bytes of the first that are in two new groups can tie two of its units; those are asked for in the test of units.
        const tied = first.filter((one) => new Set(togetherWith([...first, ...apart], one).flatMap((other) => before.get(other.id) ?? [])).size > 1);
        for (const one of first) if (!tied.includes(one)) expect(after.get(one.id)).toBe(before.get(one.id));
      }),
      { ...SEED, numRuns: 150 },
    );
  });

  it('does not depend on the order in which images are given', () => {
    fc.assert(
      fc.property(images(30), options, (all, given) => {
        const alone = all.map((one) => ({ ...one, group: null }));
        const sorted = (sides: Map<number, Split>): [number, Split][] => [...sides].sort(([a], [b]) => a - b);
        expect(sorted(deal([...alone].reverse(), given))).toEqual(sorted(deal(alone, given)));
      }),
      SEED,
    );
  });

  it('by position: an image never moves because others came, and about the share validates', () => {
    const all = many(2_000, (index) => ({ classIds: [index % 4] }));
    const [before, after] = [deal(all.slice(0, 400), { by: 'position' }), deal(all, { by: 'position' })];
    for (const [id, side] of before) expect(after.get(id)).toBe(side);
    const counts = counted(after.values());
    expect(counts.val).toBeGreaterThan(340);
    expect(counts.val).toBeLessThan(460);
    expect(counts.test).toBeGreaterThan(150);
    expect(counts.test).toBeLessThan(250);
  });

  it('lets others have their turn, and comes to the same', () => {
    const all = many(60_000, (index) => ({ classIds: [index % 3] }));
    const dealer = new SplitDealer({ seed: 1, ratio: RATIO, mode: 'anew', by: 'shares' });
    for (const one of all) dealer.add(one);
    const steps = dealer.steps();
    let count = 0;
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) count += 1;
    expect(count).toBeGreaterThanOrEqual(9);
    expect(step.value).toEqual(deal(all));
  });

  it('by position: a class that should have an image to validate with has one, also where the others have enough', () => {
    for (let seed = 0; seed < 60; seed += 1) {
      const all = many(206, (index) => ({ classIds: [index < 200 ? 0 : 1] }));
      const sides = deal(all, { seed, by: 'position' });
      expect(counted(all.slice(200).map((one) => sides.get(one.id))).val).toBeGreaterThan(0);
    }
  });

  it('depends on the seed', () => {
    expect([...deal(many(200))]).not.toEqual([...deal(many(200), { seed: 2 })]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { automaticSplit, resolveSplit, type SplitCandidate } from './split-rule.js';
import { createHash } from 'node:crypto';

const options = { seed: 1, validationShare: 0.2 };
const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
const image = (id: number, stratum = 'a'): SplitCandidate => ({ id, sha256: sha(`image ${id}`), stratum });
const many = (count: number, strata = 1): SplitCandidate[] => Array.from({ length: count }, (_, index) => image(index + 1, String(index % strata)));

describe('automaticSplit', () => {
  it('takes about the share of every class', () => {
    const images = many(2000, 4);
    const sides = automaticSplit(images, options);
    for (const stratum of ['0', '1', '2', '3']) {
      const members = images.filter((one) => one.stratum === stratum);
      const share = members.filter((one) => sides.get(one.id) === 'val').length / members.length;
      expect(share).toBeGreaterThan(0.14);
      expect(share).toBeLessThan(0.26);
    }
  });

  it('never moves an image when others are added', () => {
    const before = automaticSplit(many(200, 2), options);
    const after = automaticSplit(many(1000, 2), options);
    for (const [id, side] of before) expect(after.get(id)).toBe(side);
  });

  it('keeps equal images on one side', () => {
    const images = many(100).flatMap((one) => [one, { ...one, id: one.id + 1000 }]);
    const sides = automaticSplit(images, options);
    for (let id = 1; id <= 100; id += 1) expect(sides.get(id + 1000)).toBe(sides.get(id));
  });

  it('depends on the seed', () => {
    const images = many(200);
    const other = automaticSplit(images, { ...options, seed: 2 });
    expect([...automaticSplit(images, options)]).not.toEqual([...other]);
  });

  it('leaves neither side empty when there are two different images, whatever their classes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.constantFrom('a', 'b', 'c')), { minLength: 2, maxLength: 12 }), fc.integer({ min: 0, max: 1000 }), (facts, seed) => {
        const images = facts.map(([content, stratum], index) => ({ id: index, sha256: sha(String(content)), stratum }));
        const sides = automaticSplit(images, { seed, validationShare: 0.2 });
        expect(sides.size).toBe(images.length);
        const different = new Set(images.map((one) => one.sha256)).size;
        expect(new Set(sides.values()).size).toBe(different > 1 ? 2 : 1);
      }),
      { seed: 20_261_124 },
    );
  });
});

describe('resolveSplit', () => {
  const unassigned = many(50).map((one) => ({ ...one, split: null }));

  it('keeps what the file says where it names a validation image, and trains on what it leaves open', () => {
    const assigned = [
      { ...image(101), split: 'train' as const },
      { ...image(102), split: 'val' as const },
      { ...image(103), split: 'test' as const },
    ];
    const sides = resolveSplit([...assigned, ...unassigned], options);
    expect([sides.get(101), sides.get(102), sides.get(103)]).toEqual(['train', 'val', 'test']);
    expect(new Set(unassigned.map((one) => sides.get(one.id)))).toEqual(new Set(['train']));
  });

  it('splits training images where the file has no validation image, and leaves test images alone', () => {
    const sides = resolveSplit([...many(50).map((one) => ({ ...one, split: 'train' as const })), { ...image(103), split: 'test' }], options);
    expect(new Set(sides.values())).toEqual(new Set(['train', 'val', 'test']));
    expect(sides.get(103)).toBe('test');
  });

  it('puts an open copy of a validation image beside it', () => {
    const sides = resolveSplit([...many(40).flatMap((one) => [{ ...one, split: 'val' as const }, { ...one, id: one.id + 100, split: null }])], options);
    for (let id = 101; id <= 140; id += 1) expect(sides.get(id)).toBe('val');
  });
});

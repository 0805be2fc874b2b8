import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extensionPlan, MAX_PART_BYTES, MIN_PART_BYTES, partRuleBroken } from './part-plan.js';

const HELD = 16 * 1024 * 1024;
const TERABYTE = 2 ** 40;

/** What is uploaded: the copied ranges, then the remainder and the new bytes in pieces of one part. */
function sizesOf(prefixBytes: number, restBytes: number, plan: NonNullable<ReturnType<typeof extensionPlan>>): number[] {
  const sizes = plan.copies.map(({ start, end }) => end - start + 1);
  for (let left = plan.remainder + restBytes; left > 0; left -= plan.partBytes) sizes.push(Math.min(left, plan.partBytes));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(prefixBytes + restBytes);
  return sizes;
}

describe('the parts of an object that begins like another one', () => {
  it('are legal on R2 for any size, whether the new bytes are held or stream', () => {
    fc.assert(
      fc.property(fc.integer({ min: MIN_PART_BYTES, max: 4 * TERABYTE }), fc.integer({ min: 1, max: HELD }), fc.boolean(), (prefixBytes, restBytes, isHeld) => {
        const plan = extensionPlan(prefixBytes, isHeld ? restBytes : null, HELD);
        expect(plan === null ? 'no plan' : partRuleBroken(sizesOf(prefixBytes, restBytes, plan))).toBeNull();
      }),
    );
  });

  it('are one copy and one part where the prefix fits into a part', () => {
    expect(extensionPlan(10 ** 9, 1_500_000, HELD)).toEqual({ partBytes: 10 ** 9, copies: [{ start: 0, end: 10 ** 9 - 1 }], remainder: 0 });
  });

  it('leave less than one byte a copy to be read', () => {
    const plan = extensionPlan(3 * MAX_PART_BYTES - 7, 1_000, HELD);
    expect(plan?.copies).toHaveLength(3);
    expect(plan?.remainder).toBeLessThan(3);
  });

  it('cannot be made of a prefix below the least part', () => {
    expect(extensionPlan(MIN_PART_BYTES - 1, 10, HELD)).toBeNull();
  });
});

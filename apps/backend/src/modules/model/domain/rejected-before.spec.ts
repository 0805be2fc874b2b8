import { describe, expect, it } from 'vitest';
import { isRejectedBefore } from './rejected-before.js';

const box = (x: number, classId = 1): { class_id: number; bbox: number[] } => ({ class_id: classId, bbox: [x, 0, 10, 10] });

describe('what a person rejected', () => {
  it('is known again by its class and a box that overlaps by 0.7 at least', () => {
    expect([0, 1, 2].map((x) => isRejectedBefore(box(x), [box(50), box(0)]))).toEqual([true, true, false]);
    expect(isRejectedBefore(box(0), [box(0, 2)])).toBe(false);
    expect(isRejectedBefore(box(0), [])).toBe(false);
  });

  it('is known by its class where a class is all that is said', () => {
    expect([isRejectedBefore({ class_id: 1 }, [{ class_id: 1 }]), isRejectedBefore({ class_id: 1 }, [{ class_id: 2 }])]).toEqual([true, false]);
  });

  it('without a box is known by exactly its shape: another mask of the class may be right', () => {
    expect([isRejectedBefore({ class_id: 1, counts: 'a' }, [{ class_id: 1, counts: 'a' }]), isRejectedBefore({ class_id: 1, counts: 'b' }, [{ class_id: 1, counts: 'a' }])]).toEqual([true, false]);
    expect([isRejectedBefore({ class_id: 1, keypoints: [1, 2] }, [{ class_id: 1, keypoints: [1, 2] }]), isRejectedBefore({ class_id: 1, keypoints: [1, 3] }, [{ class_id: 1, keypoints: [1, 2] }])]).toEqual([true, false]);
  });
});

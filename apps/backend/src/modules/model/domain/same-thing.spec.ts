import { describe, expect, it } from 'vitest';
import { isSameThing, overlapOf } from './same-thing.js';

describe('the same thing', () => {
  it('has the same class and a box that overlaps by 0.7 at least', () => {
    const there = { class_id: 1, bbox: [0, 0, 10, 10] };
    expect(overlapOf([0, 0, 10, 7], there.bbox)).toBeCloseTo(0.7);
    expect(isSameThing({ class_id: 1, bbox: [0, 0, 10, 7] }, there)).toBe(true);
    expect(isSameThing({ class_id: 1, bbox: [0, 0, 10, 6.9] }, there)).toBe(false);
    expect(isSameThing({ class_id: 2, bbox: [0, 0, 10, 10] }, there)).toBe(false);
    expect(isSameThing({ class_id: 1, bbox: [20, 20, 10, 10] }, there)).toBe(false);
  });

  it('is told by the class alone where there are no boxes, and never by a box on one side', () => {
    expect(isSameThing({ class_id: 1 }, { class_id: 1 })).toBe(true);
    expect(isSameThing({ class_id: 1 }, { class_id: 0 })).toBe(false);
    expect(isSameThing({ class_id: 1, bbox: [0, 0, 1, 1] }, { class_id: 1 })).toBe(false);
  });

  it('has masks that overlap by 0.7 at least', () => {
    const layer = { class_id: 1, spans: [0, 100] };
    expect(isSameThing({ class_id: 1, spans: [0, 70] }, layer)).toBe(true);
    expect(isSameThing({ class_id: 1, spans: [0, 69] }, layer)).toBe(false);
    expect(isSameThing({ class_id: 0, spans: layer.spans }, layer)).toBe(false);
  });

  it('needs an area', () => {
    expect(overlapOf([0, 0, 0, 0], [0, 0, 0, 0])).toBe(0);
  });
});

import { describe, expect, it } from 'vitest';
import { describeSide } from './describe-side.js';

const words = { nameOf: (id: number): string => `c${id}`, percent: (score: number): string => `${Math.round(score * 100)} %` };

describe('what is said of an image', () => {
  it.each([
    [[], ''],
    [[{ class_id: 1 }], 'c1'],
    [[{ class_id: 1, score: 0.87 }], 'c1 87 %'],
    [[{ class_id: 2 }, { class_id: 1 }, { class_id: 1 }], 'c1 \u00d72, c2'],
    [[{ class_id: 4 }, { class_id: 3 }, { class_id: 2 }, { class_id: 1 }], 'c4, c3, c2, \u2026'],
  ])('%j is "%s"', (objects, expected) => expect(describeSide(objects, words)).toBe(expected));
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readObject, writeObject } from './object-json.js';

const number = fc.double({ min: 0, max: 4_000, noNaN: true });
const box = fc.tuple(number, number, number, number).map((four) => [...four]);
const ring = fc.array(number, { minLength: 6, maxLength: 20 }).map((flat) => flat.slice(0, flat.length - (flat.length % 2)));
const shape = fc.oneof(
  fc.record({ bbox: box }),
  fc.record({ segmentation: fc.array(ring, { minLength: 1, maxLength: 3 }) }),
  fc.record({ segmentation: fc.record({ size: fc.constant([10, 20]), counts: fc.string() }) }),
  fc.record({ bbox: box, keypoints: fc.array(fc.tuple(number, number, fc.constantFrom(0, 1, 2)), { minLength: 1, maxLength: 5 }).map((points) => points.flat()) }),
  fc.constant({}),
);
const rest = fc.record({ confidence: fc.double({ min: 0, max: 1, noNaN: true }), iscrowd: fc.constantFrom(0, 1), model: fc.string({ minLength: 1 }), score: fc.double({ min: 0, max: 1, noNaN: true }) }, { requiredKeys: [] });
const attributes = fc.option(fc.dictionary(fc.string({ minLength: 1 }), fc.oneof(fc.string(), fc.boolean(), fc.integer()), { minKeys: 1 }), { nil: undefined });

describe('an object of the API', () => {
  it('is written as it was read, with what the canvas does not know', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.record({ class_id: fc.nat(), source: fc.constantFrom('manual', 'import', 'model') }), fc.tuple(shape, rest), attributes, (id, base, [shown, kept], given) => {
        const body = { ...base, ...shown, ...kept, ...(given === undefined ? {} : { attributes: given }) };
        const object = readObject({ id, number: 7, class_name: 'x', ...body });
        const { confidence, iscrowd, ...others } = body;
        // What the API fills in by itself is not sent back.
        expect(object === null ? null : writeObject(object)).toEqual({ ...others, ...(confidence === undefined || confidence === 1 ? {} : { confidence }), ...(iscrowd === 1 ? { iscrowd } : {}) });
      }),
      { numRuns: 500 },
    );
  });

  it('is nothing without an id or a class', () => {
    expect(readObject({ class_id: 1 })).toBeNull();
    expect(readObject({ id: 'a', class_id: '1' })).toBeNull();
  });
});

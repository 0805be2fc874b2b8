import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, labelsDigest } from './content-hash.js';
import { isObject } from './json-access.js';

/** The definition, word for word and slow: sorted keys at every depth. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  return isObject(value) ? Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])])) : value;
}

/** JSON whose keys are no array indexes: JavaScript would put those first. */
const json = fc.jsonValue({ maxDepth: 4 }).map((value) => sorted(JSON.parse(JSON.stringify(value).replaceAll(/"(\d+)":/g, '"k$1":'))));

describe('canonical JSON', () => {
  it('has its keys sorted and its numbers as JSON has them', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalJson(value)).toBe(JSON.stringify(value));
      }),
    );
    expect(canonicalJson({ b: [-0, 1e21, 0.1, null, true], a: { '"': undefined, é: 'x\n' } })).toBe('{"a":{"é":"x\\n"},"b":[0,1e+21,0.1,null,true]}');
  });

  it('is digested without what follows from the rest, in any order', () => {
    const [one, two] = [{ class_id: 1, bbox: [1, 2, 3, 4] }, { class_id: 0, bbox: [5, 6, 7, 8] }];
    const expected = createHash('sha256').update('{"bbox":[1,2,3,4],"class_id":1}\n{"bbox":[5,6,7,8],"class_id":0}\n').digest('hex');
    expect(labelsDigest([{ id: 9, area: 12, class_name: 'cat', ...one }, { ...two, id: 'x' }])).toBe(expected);
    expect(labelsDigest([two, one])).toBe(expected);
  });
});

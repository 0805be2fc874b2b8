import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signerOf } from './sigv4.js';

describe('signerOf', () => {
  it('is the HMAC-SHA-256 of Node, for keys and texts of any length, one after the other', () => {
    const text = fc.string({ unit: 'binary-ascii', maxLength: 2_000 });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(text, { minLength: 1, maxLength: 5 }), (key, texts) => {
        const sign = signerOf(Buffer.from(key));
        for (const one of texts) expect(sign(one)).toBe(createHmac('sha256', key).update(one).digest('hex'));
      }),
    );
  });
});

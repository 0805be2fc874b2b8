import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteText } from './byte-text.js';

describe('text put together as bytes', () => {
  it('is that of JSON and of numbers, of any length', () => {
    const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary-ascii' }), fc.constant('가'.repeat(50_000)));
    fc.assert(
      fc.property(fc.array(fc.tuple(text, fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), fc.nat(0xffffffff)), { maxLength: 6 }), (rows) => {
        const written = new ByteText();
        for (let turn = 0; turn < 2; turn += 1) {
          for (const [name, number, crc] of rows) {
            const bytes = Buffer.from(`x${name}y`);
            written.ascii('[').json(bytes, 1, bytes.length - 1).ascii(',').number(number).ascii(',"').hex32(crc).ascii('","').hex(bytes, 0, bytes.length).ascii('"]\n');
          }
          const expected = rows.map(([name, number, crc]) => `${JSON.stringify([name, number, crc.toString(16).padStart(8, '0'), Buffer.from(`x${name}y`).toString('hex')])}\n`).join('');
          expect(written.take().toString()).toBe(expected);
        }
      }),
    );
  });

  it.each([0, 9, 10, 99, 100, 4_294_967_295, 4_294_967_296, 999_999_999_999_999, Number.MAX_SAFE_INTEGER])('writes %d', (number) => {
    expect(new ByteText().number(number).take().toString()).toBe(String(number));
  });
});

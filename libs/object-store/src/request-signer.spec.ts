import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hmacKey, RequestSigner } from './request-signer.js';

const ascii = (maxLength: number): fc.Arbitrary<string> => fc.string({ unit: 'grapheme-ascii', maxLength });

describe('RequestSigner', () => {
  it('gives the HMAC of Node of the text that Signature Version 4 asks for, for paths of any length, one after the other', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), ascii(1_000), fc.array(ascii(2_000), { minLength: 1, maxLength: 5 }), (key, query, paths) => {
        const signer = new RequestSigner({ method: 'GET', query, headers: { host: 'a', 'content-type': 'b' }, payload: 'UNSIGNED-PAYLOAD' }, { key: hmacKey(Buffer.from(key)), date: '20260101T000000Z', credentialScope: '20260101/auto/s3/aws4_request' });
        for (const path of paths) {
          const canonical = createHash('sha256').update(`GET\n${path}\n${query}\ncontent-type:b\nhost:a\n\ncontent-type;host\nUNSIGNED-PAYLOAD`).digest('hex');
          const expected = createHmac('sha256', key).update(`AWS4-HMAC-SHA256\n20260101T000000Z\n20260101/auto/s3/aws4_request\n${canonical}`).digest('hex');
          expect(signer.signatureOf(path)).toBe(expected);
        }
      }),
    );
  });

  it('signs with one key for several requests in turns', () => {
    const key = hmacKey(Buffer.from('key'));
    const signers = ['a=1', 'a=2'].map((query) => new RequestSigner({ method: 'GET', query, headers: {}, payload: '' }, { key, date: 'd', credentialScope: 's' }));
    const turn = (): string[] => signers.map((signer) => signer.signatureOf('/k'));
    expect(new Set(turn()).size).toBe(2);
    expect(turn()).toEqual(turn());
  });
});

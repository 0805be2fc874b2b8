import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sha256, sha256Of } from './sha256.js';

const known = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('SHA-256', () => {
  it('is what Node says, around every border of a block', () => {
    for (const length of [0, 1, 3, 54, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 1_000, 70_001]) {
      const bytes = new Uint8Array(randomBytes(length));
      expect(sha256(bytes), `${length} bytes`).toBe(known(bytes));
    }
  });

  it('is the same for a part of a buffer, and by the browser', async () => {
    const bytes = new Uint8Array(randomBytes(500));
    expect(sha256(bytes.subarray(7, 300))).toBe(known(bytes.subarray(7, 300)));
    expect(await sha256Of(bytes.slice().buffer)).toBe(known(bytes));
  });
});

import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ResumableSha256 } from './resumable-sha256.js';

describe('a SHA-256 that can be gone on with', () => {
  it('equals the hash of all bytes, wherever it was interrupted', async () => {
    for (const [first, second] of [[0, 10], [64, 64], [1_000_003, 77], [55, 9]] as const) {
      const bytes = randomBytes(first + second);
      const before = await ResumableSha256.begin();
      before.update(bytes.subarray(0, first));
      const after = await ResumableSha256.from(before.state());
      after?.update(bytes.subarray(first));
      expect(after?.digest()).toBe(createHash('sha256').update(bytes).digest('hex'));
    }
  });

  it('refuses a state that is none', async () => {
    const state = (await ResumableSha256.begin()).state();
    state[0] = (state[0] ?? 0) ^ 1;
    expect(await ResumableSha256.from(state)).toBeNull();
    expect(await ResumableSha256.from(state.subarray(1))).toBeNull();
  });
});

import { afterEach, describe, expect, it, vi } from 'vitest';
import type { BackendConfig } from '../../../config/backend-config.js';
import { ACCESS_TOKEN_SECONDS, JwtAccessTokens } from './jwt-access-tokens.js';

const tokens = (): JwtAccessTokens => new JwtAccessTokens({ jwtSecret: 'a-secret-of-this-test-0123456789abcdef' } as BackendConfig);
const CLAIMS = { userId: '0190f3d0-0000-7000-8000-000000000001', sessionEpoch: 3 };
const SKEW_SECONDS = 30;

afterEach(() => void vi.useRealTimers());

describe('an access token whose signature is known', () => {
  it('ends when it would have ended', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 1) });
    const [signer, fresh] = [tokens(), tokens()];
    const token = await signer.sign(CLAIMS);
    expect(await signer.verify(token)).toEqual(CLAIMS);
    for (const [seconds, expected] of [[0, CLAIMS], [ACCESS_TOKEN_SECONDS + SKEW_SECONDS - 1, CLAIMS], [ACCESS_TOKEN_SECONDS + SKEW_SECONDS + 1, null]] as const) {
      vi.setSystemTime(Date.UTC(2026, 0, 1) + seconds * 1000);
      expect(await signer.verify(token), `known, ${seconds} s`).toEqual(expected);
      expect(await fresh.verify(token), `${seconds} s`).toEqual(expected);
    }
  });

  it('does not speak for another', async () => {
    const own = tokens();
    const token = await own.sign(CLAIMS);
    await own.verify(token);
    expect(await own.verify(`${token.slice(0, -2)}AA`)).toBeNull();
    expect(await own.verify('')).toBeNull();
  });
});

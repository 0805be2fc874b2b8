import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BackendConfig, ConfigurationError } from '../../apps/backend/src/config/backend-config.js';
import { HostileBackend } from './hostile-backend.js';

const REQUIRED = { DATABASE_URL: 'postgres://x/x', NATS_URL: 'nats://x', S3_ENDPOINT: 'http://x', S3_BUCKET: 'bucket', S3_ACCESS_KEY_ID: 'x', S3_SECRET_ACCESS_KEY: 'x', JWT_SECRET: 'x'.repeat(32) };

/** From which address a failed login was counted. */
async function countedAddress(backend: HostileBackend, forwarded: string): Promise<string | undefined> {
  expect((await backend.json('POST', 'auth/login', { email: 'nobody@vision.test', password: 'x' }, { token: null, headers: { 'x-forwarded-for': forwarded } })).status).toBe(401);
  const [last] = await backend.rows<{ subject: string }>(`select subject from login_attempts where subject like 'address:%' order by at desc limit 1`);
  return last?.subject.slice('address:'.length);
}

describe('N1: the address of a client', () => {
  let backend: HostileBackend;
  let behindProxy: HostileBackend;
  beforeAll(async () => {
    backend = await HostileBackend.start();
    behindProxy = await HostileBackend.start({ TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8' });
  });
  afterAll(async () => {
    await backend.close();
    await behindProxy.close();
  });

  it('is that of the connection, whatever a header says', async () => {
    expect(await countedAddress(backend, '203.0.113.7')).toBe('127.0.0.1');
  });

  it('is what trusted proxies say, up to the first that is none of them', async () => {
    expect(await countedAddress(behindProxy, '203.0.113.7')).toBe('203.0.113.7');
    expect(await countedAddress(behindProxy, '198.51.100.1, 203.0.113.8, 10.1.2.3')).toBe('203.0.113.8');
    expect(await countedAddress(behindProxy, '2001:db8::1')).toBe('2001:db8::1');
  });

  it('is that of the proxy when it passes on no address', async () => {
    for (const nonsense of ['unknown', 'x'.repeat(8_000), "'; drop table users --", '999.1.1.1']) expect(await countedAddress(behindProxy, nonsense)).toBe('127.0.0.1');
  });

  it('is configured by ranges, and by nothing that is none', () => {
    expect(BackendConfig.read({ ...REQUIRED, TRUSTED_PROXIES: '10.0.0.0/8,::1, fd00::/8' }).trustedProxies).toEqual(['10.0.0.0/8', '::1', 'fd00::/8']);
    expect(BackendConfig.read(REQUIRED).trustedProxies).toEqual([]);
    for (const wrong of ['true', '*', '10.0.0.0/33', '10.0.0.0/8/8', 'proxy.example', '::1/129']) expect(() => BackendConfig.read({ ...REQUIRED, TRUSTED_PROXIES: wrong }), wrong).toThrow(ConfigurationError);
  });
});

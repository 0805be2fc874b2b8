import { setTimeout as sleep } from 'node:timers/promises';
import { S3ObjectStore } from '@app/object-store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runDoctor } from '../../apps/backend/src/doctor.main.js';
import { startBackend, type BackendUnderTest } from './backend-under-test.js';
import { startOwnStore, type OwnStore } from './own-store.js';
import { People } from './people.js';

const PAGE = 'https://page.test';

let store: OwnStore;
let backend: BackendUnderTest | undefined;

beforeEach(async () => {
  store = await startOwnStore();
});
afterEach(async () => {
  await backend?.close();
  backend = undefined;
  await store.close();
});

async function keys(): Promise<string[]> {
  const bucket = new S3ObjectStore(store.options);
  const found: string[] = [];
  for await (const { key } of bucket.list('')) found.push(key);
  bucket.close();
  return found;
}

/** The examination when it has come to its end. */
async function examined(people: People, token: string): Promise<Record<string, unknown>> {
  for (let tries = 0; tries < 200; tries += 1) {
    const { body } = await people.call('GET', 'maintenance/store', { token });
    if (body['state'] === 'done') return body;
    await sleep(100);
  }
  throw new Error('the store was not examined within 20 seconds');
}

describe('the examination of the store after the start', () => {
  it('tells the administrator, and nobody else, that all is well, and leaves nothing', async () => {
    backend = await startBackend({ ...store.environment, STORE_CHECK: 'on', STORE_CORS: 'set', PUBLIC_URL: `${PAGE}/` });
    const people = new People(backend);
    const token = await people.logInAdmin();
    const result = await examined(people, token);
    expect(result).toMatchObject({ fit: true });
    expect(JSON.stringify(result)).not.toMatch(/"ok":false|X-Amz|own-store-secret/);
    expect(JSON.stringify(result)).toMatch(/cors-preflight-put/);
    expect(await keys()).toEqual([]);
    const someone = await people.makeUser('someone');
    expect((await people.call('GET', 'maintenance/store', { token: someone.token })).status).toBe(403);
  });

  it('says what to paste where the rules for pages are missing, and the backend is ready all the same', async () => {
    backend = await startBackend({ ...store.environment, STORE_CHECK: 'on', PUBLIC_URL: PAGE });
    const people = new People(backend);
    const token = await people.logInAdmin();
    const { fit, checks } = await examined(people, token);
    expect(fit).toBe(false);
    expect(checks).toContainEqual(expect.objectContaining({ id: 'cors-get', ok: false, advice: expect.stringContaining(`[{"AllowedOrigins":["${PAGE}"]`) }));
    expect((await people.call('GET', 'health/ready')).status).toBe(200);
  });

  it('is left out when it is told to be', async () => {
    backend = await startBackend({ ...store.environment });
    const people = new People(backend);
    const token = await people.logInAdmin();
    expect((await people.call('GET', 'maintenance/store', { token: token })).body).toEqual({ state: 'off', fit: null, finished_at: null, checks: [] });
  });
});

describe('npm run doctor', () => {
  const told = async (environment: Record<string, string>, flags: { json?: boolean; setCors?: boolean } = {}): Promise<{ code: number; text: string }> => {
    const lines: string[] = [];
    const code = await runDoctor(environment, { json: flags.json ?? false, setCors: flags.setCors ?? false }, (line) => lines.push(line));
    return { code, text: lines.join('\n') };
  };

  it('ends with 1 and the rules to paste, and with 0 when it has set them', async () => {
    const environment = { ...store.environment, PUBLIC_URL: PAGE };
    const before = await told(environment);
    expect(before.code).toBe(1);
    expect(before.text).toMatch(/FAILED {2}cors-get[\s\S]*--set-cors[\s\S]*failed that must hold/);
    const after = await told(environment, { setCors: true });
    expect(after).toMatchObject({ code: 0, text: expect.stringMatching(/Not examined: whether the training service[\s\S]*All \d+ checks passed/) });
    expect(JSON.parse((await told(environment, { json: true })).text)).toMatchObject({ bucket: 'vision-own', fit: true });
    expect(await keys()).toEqual([]);
  });

  it('says what is missing where the environment names no store, or no page to set rules for', async () => {
    expect(await told({})).toMatchObject({ code: 78, text: expect.stringMatching(/docs\/store\.md[\s\S]*S3_ENDPOINT/) });
    expect(await told(store.environment, { setCors: true })).toMatchObject({ code: 78, text: expect.stringMatching(/PUBLIC_URL/) });
    expect(JSON.stringify(await told(store.environment))).not.toContain('own-store-secret');
  });
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, startBackend, type BackendUnderTest } from '../contract/backend-under-test.js';

let backend: BackendUnderTest;
let token = '';

beforeAll(async () => {
  backend = await startBackend();
  const answer = await fetch(`${backend.url}/api/v1/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(ADMIN) });
  token = ((await answer.json()) as { access_token: string }).access_token;
});
afterAll(() => backend.close());

async function send(path: string, body: Uint8Array | string, type = 'application/json'): Promise<{ status: number; code: string }> {
  const answer = await fetch(`${backend.url}/api/v1/${path}`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': type }, body: body as Uint8Array<ArrayBuffer> });
  expect(answer.headers.get('content-type')).toContain('problem+json');
  return { status: answer.status, code: ((await answer.json()) as { code: string }).code };
}

const ENDPOINTS = ['training/start', 'users', 'api-keys', 'me/password', 'auth/login'];

describe('JSON bodies', () => {
  it.each([
    ['not JSON', '{"a":'],
    ['a key twice', '{"dataset_id":"a","dataset_id":"b"}'],
    ['a number beyond a double', '{"a":1e400}'],
    ['half a surrogate pair', '{"a":"\\ud800"}'],
    ['U+0000', '{"a":"\\u0000"}'],
    ['a byte order mark', '\ufeff{}'],
    ['65 levels', '['.repeat(65) + ']'.repeat(65)],
    ['100,000 levels', '['.repeat(100_000)],
    ['NaN', '{"a":NaN}'],
    ['two values', '{}{}'],
    ['nothing', ''],
  ])('are refused with 400: %s', async (_, body) => {
    for (const endpoint of ENDPOINTS) expect(await send(endpoint, body)).toEqual({ status: 400, code: 'malformed-json' });
  });

  it('are refused with 400 in broken UTF-8 and UTF-16', async () => {
    expect(await send('users', Buffer.from([0x22, 0xff, 0x22]))).toEqual({ status: 400, code: 'malformed-json' });
    expect(await send('users', Buffer.from('{}', 'utf16le'))).toEqual({ status: 400, code: 'malformed-json' });
  });

  it('are refused by size and by type', async () => {
    expect(await send('users', `{"a":"${'x'.repeat(5_100_000)}"}`)).toEqual({ status: 413, code: 'too-large' });
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml']) expect(await send('users', '{}', type)).toEqual({ status: 415, code: 'unsupported-media-type' });
  });

  it('do not reach into prototypes', async () => {
    expect(await send('users', '{"email":"a@b.test","display_name":"x","__proto__":{"polluted":true}}')).toMatchObject({ status: 422 });
    expect(await send('users', '{"constructor":{"prototype":{"polluted":true}}}')).toMatchObject({ status: 422 });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('are taken when they are right', async () => {
    const answer = await fetch(`${backend.url}/api/v1/api-keys`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: '{"name":"\\uD83D\\uDE00 키","scopes":["read"]}' });
    expect(answer.status).toBe(201);
    expect(((await answer.json()) as { name: string }).name).toBe('😀 키');
  });
});

const CORPUS = resolve(import.meta.dirname, '../../../shared/data/hostile/json');

describe.runIf(existsSync(CORPUS))('the JSON corpus beside this repository', () => {
  const files = existsSync(CORPUS) ? readdirSync(CORPUS, { recursive: true }).map(String).filter((name) => /(^|\/)[ny]_.*\.json$/.test(name)) : [];
  it('is refused where it must be, and never ends in a 500', async () => {
    expect(files.length).toBeGreaterThan(200);
    for (const name of files) {
      const answer = await send('training/start', readFileSync(join(CORPUS, name)));
      expect(answer.status, name).toBeLessThan(500);
      if (/(^|\/)n_/.test(name)) expect(answer, name).toEqual({ status: 400, code: 'malformed-json' });
    }
  });
});

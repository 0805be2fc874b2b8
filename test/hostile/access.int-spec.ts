import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ADMIN } from '../contract/backend-under-test.js';
import { HostileBackend } from './hostile-backend.js';

const SECRET = 'jwt-secret-of-the-tests-0123456789abcdef';
const HEAD = { alg: 'HS256', typ: 'at+jwt' };
let backend: HostileBackend;
let claims: Record<string, unknown>;

beforeAll(async () => {
  backend = await HostileBackend.start();
  claims = z.record(z.string(), z.unknown()).parse(JSON.parse(Buffer.from(backend.token.split('.')[1] ?? '', 'base64url').toString()));
});
afterAll(() => backend.close());

const encoded = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

function tokenOf(head: unknown, payload: unknown, sealed: (text: string) => Buffer | string): string {
  const text = `${encoded(head)}.${encoded(payload)}`;
  return `${text}.${Buffer.from(sealed(text)).toString('base64url')}`;
}

const hmac = (key: string, hash = 'sha256') => (text: string): Buffer => createHmac(hash, key).update(text).digest();
const signedBy = (key: KeyObject, hash: string | null) => (text: string): Buffer => sign(hash, Buffer.from(text), key);
const ours = hmac(SECRET);

async function statusesOf(tokens: Record<string, string>): Promise<Record<string, string>> {
  const seen: Record<string, string> = {};
  for (const [name, token] of Object.entries(tokens)) {
    const answer = await backend.send('GET', 'me', { token });
    if (answer.status !== 401 || answer.code !== 'unauthenticated' || answer.headers.get('www-authenticate') !== 'Bearer') seen[name] = `${answer.status} ${answer.code}`;
  }
  return seen;
}

describe('access tokens', () => {
  it('A2, A3: are good with our key by HS256 and with nothing else', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const ed = generateKeyPairSync('ed25519');
    const publicPem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const tokens: Record<string, string> = {
      'HS384 with our key': tokenOf({ ...HEAD, alg: 'HS384' }, claims, hmac(SECRET, 'sha384')),
      'HS512 with our key': tokenOf({ ...HEAD, alg: 'HS512' }, claims, hmac(SECRET, 'sha512')),
      'HS256 said, HS512 done': tokenOf(HEAD, claims, hmac(SECRET, 'sha512')),
      'RS256': tokenOf({ ...HEAD, alg: 'RS256' }, claims, signedBy(rsa.privateKey, 'sha256')),
      'a public key as the secret': tokenOf(HEAD, claims, hmac(publicPem)),
      'ES256': tokenOf({ ...HEAD, alg: 'ES256' }, claims, signedBy(ec.privateKey, 'sha256')),
      'EdDSA': tokenOf({ ...HEAD, alg: 'EdDSA' }, claims, signedBy(ed.privateKey, null)),
      'an empty secret': tokenOf(HEAD, claims, hmac('')),
      'no alg': tokenOf({ typ: 'at+jwt' }, claims, ours),
      'alg as an array': tokenOf({ ...HEAD, alg: ['HS256'] }, claims, ours),
    };
    for (const alg of ['none', 'None', 'nOnE', 'NONE', '']) for (const seal of ['', SECRET]) tokens[`${alg} ${seal}`] = tokenOf({ ...HEAD, alg }, claims, () => seal);
    expect(await statusesOf(tokens)).toEqual({});
    expect((await backend.send('GET', 'me', { token: tokenOf(HEAD, claims, ours) })).status).toBe(200);
  });

  it('A4: name no key of their own, and nothing is fetched for them', async () => {
    let calls = 0;
    const listener = createServer((_, response) => {
      calls += 1;
      response.end('{"keys":[]}');
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const address = listener.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/keys`;
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = ec.publicKey.export({ format: 'jwk' });
    const foreign = signedBy(ec.privateKey, 'sha256');
    const symmetric = { kty: 'oct', k: encoded('mine') };
    const tokens = {
      jwk: tokenOf({ ...HEAD, alg: 'ES256', jwk }, claims, foreign),
      'jwk of a secret': tokenOf({ ...HEAD, jwk: symmetric }, claims, hmac('mine')),
      jku: tokenOf({ ...HEAD, alg: 'ES256', jku: url }, claims, foreign),
      x5u: tokenOf({ ...HEAD, alg: 'ES256', x5u: url }, claims, foreign),
      'kid of an empty file': tokenOf({ ...HEAD, kid: '../../../../dev/null' }, claims, hmac('')),
      'kid with SQL': tokenOf({ ...HEAD, kid: "' union select 'mine' --" }, claims, hmac('mine')),
      crit: tokenOf({ ...HEAD, crit: ['exp'] }, claims, ours),
    };
    expect(await statusesOf(tokens)).toEqual({});
    expect(calls).toBe(0);
    listener.close();
  });

  it('A5, A6: are of now, of here, and access tokens', async () => {
    const now = Math.floor(Date.now() / 1000);
    const changed = (change: Record<string, unknown>): string => tokenOf(HEAD, { ...claims, ...change }, ours);
    const login = await fetch(`${backend.url}/api/v1/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(ADMIN) });
    const refresh = /vision-refresh=([^;]+)/.exec(login.headers.getSetCookie()[0] ?? '')?.[1] ?? '';
    expect(refresh).not.toBe('');
    const bad = {
      'exp as text': changed({ exp: String(now + 600) }), 'exp 1e308': changed({ exp: 1e308 }), 'exp negative': changed({ exp: -1 }), 'exp null': changed({ exp: null }), 'exp 31 seconds ago': changed({ exp: now - 31 }),
      'iat in the future': changed({ iat: now + 600, exp: now + 900 }), 'iat as text': changed({ iat: 'now' }), 'iat long ago': changed({ iat: now - 86_400 }), 'no iat': changed({ iat: undefined }), 'nbf in the future': changed({ nbf: now + 600 }),
      'sub is no id': changed({ sub: 'admin' }), 'sub is an array': changed({ sub: [claims['sub']] }), 'nobody': changed({ sub: '01890000-0000-7000-8000-000000000000' }), 'epoch as text': changed({ epoch: '1' }), 'no epoch': changed({ epoch: undefined }),
      'aud of many': changed({ aud: ['other', 'another'] }), 'no aud': changed({ aud: undefined }), 'no iss': changed({ iss: undefined }),
      'typ JWT': tokenOf({ alg: 'HS256', typ: 'JWT' }, claims, ours), 'no typ': tokenOf({ alg: 'HS256' }, claims, ours), 'a refresh token': refresh, 'payload is an array': tokenOf(HEAD, [claims], ours), 'payload is no JSON': tokenOf(HEAD, 'x', ours),
      'two parts': backend.token.split('.').slice(0, 2).join('.'), 'five parts': `${backend.token}.a.b`, 'one byte more': `${backend.token}A`,
    };
    expect(await statusesOf(bad)).toEqual({});
    expect((await backend.send('GET', 'me', { token: changed({ exp: now - 5 }) })).status).toBe(200);
  });
});

describe('other ways in', () => {
  it('A11: there are none', async () => {
    const me = await backend.send('GET', 'me');
    const userId = String(me.json['id']);
    const headers: Record<string, string>[] = [
      { cookie: `access_token=${backend.token}; token=${backend.token}; session=${backend.token}; vision-refresh=${backend.token}` },
      { 'x-user-id': userId }, { 'x-forwarded-user': ADMIN.email }, { 'x-remote-user': ADMIN.email }, { 'x-access-token': backend.token }, { 'x-api-key': backend.token }, { 'proxy-authorization': `Bearer ${backend.token}` },
      { authorization: `Basic ${Buffer.from(`${ADMIN.email}:${ADMIN.password}`).toString('base64')}` }, { authorization: backend.token }, { authorization: `Token ${backend.token}` }, { authorization: `Bearer  ${backend.token}` }, { authorization: `Bearer ${backend.token}, Bearer ${backend.token}` },
      { 'x-original-url': '/api/v1/health/live' }, { 'x-http-method-override': 'GET' },
    ];
    for (const header of headers) expect(await backend.send('GET', 'me', { token: null, headers: header }), JSON.stringify(Object.keys(header))).toMatchObject({ status: 401, code: 'unauthenticated' });
    for (const query of ['access_token', 'token', 'api_key', 'key']) expect((await backend.send('GET', `datasets?${query}=${backend.token}`, { token: null })).status).toBe(401);
  });

  it('A12: a form of another site changes nothing, and GET never does', async () => {
    const before = await backend.residue();
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/plain; x=application/json', 'text/plain, application/json']) {
      for (const path of ['users', 'api-keys', 'me/password', 'training/start', 'auth/login']) {
        const answer = await backend.send('POST', path, { headers: { 'content-type': type, origin: 'https://evil.example' }, body: '{"name":"x","scopes":["read"]}' });
        expect([400, 415], `${path} ${type}`).toContain(answer.status);
        expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      }
    }
    for (const path of ['auth/login', 'auth/logout', 'auth/refresh', 'me/password', 'datasets/platform-a-00000000/restore', 'training/start']) {
      const answer = await backend.send('GET', path);
      expect(answer, path).toMatchObject({ status: 405, code: 'method-not-allowed' });
      expect(answer.headers.get('allow')).toBe('POST');
    }
    expect(await backend.residue()).toEqual(before);
  });

  it('tells an unknown method from an unknown path', async () => {
    expect((await backend.send('PUT', 'datasets/platform-a-00000000')).headers.get('allow')).toBe('DELETE, GET, PATCH');
    expect(await backend.send('DELETE', 'users')).toMatchObject({ status: 405 });
    expect(await backend.send('GET', 'nothing/here')).toMatchObject({ status: 404, code: 'not-found' });
    expect(await backend.send('GET', 'datasets/platform-a-00000000')).toMatchObject({ status: 404, code: 'not-found' });
  });
});

describe('keys and passwords', () => {
  it('A8: a key makes no key and changes none', async () => {
    const expires = new Date(Date.now() + 60_000).toISOString();
    const made = await backend.json('POST', 'api-keys', { name: 'reader', scopes: ['read'], expires_at: expires });
    const other = await backend.json('POST', 'api-keys', { name: 'other', scopes: ['read', 'label'] });
    const token = String(made.json['key']);
    const before = await backend.residue();
    expect(await backend.json('POST', 'api-keys', { name: 'wider', scopes: ['read', 'admin'] }, { token })).toMatchObject({ status: 403, code: 'insufficient-scope' });
    expect(await backend.json('POST', 'api-keys', { name: 'longer', scopes: ['read'] }, { token })).toMatchObject({ status: 403, code: 'forbidden' });
    expect(await backend.send('DELETE', `api-keys/${String(other.json['id'])}`, { token })).toMatchObject({ status: 403, code: 'forbidden' });
    expect(await backend.json('PATCH', `api-keys/${String(made.json['id'])}`, { scopes: ['admin'] }, { token })).toMatchObject({ status: 405 });
    expect(await backend.json('POST', 'me/password', { current_password: ADMIN.password, new_password: 'another-long-password' }, { token })).toMatchObject({ status: 403 });
    expect(await backend.send('GET', 'users', { token })).toMatchObject({ status: 403, code: 'insufficient-scope' });
    expect(await backend.residue()).toEqual(before);
    expect((await backend.send('GET', 'datasets', { token })).status).toBe(200);
    expect((await backend.send('DELETE', `api-keys/${String(made.json['id'])}`, { token })).status).toBe(204);
    expect((await backend.send('GET', 'datasets', { token })).status).toBe(401);
  });

  it('A9: tries at the same moment count each other, and a good one forgets the bad', async () => {
    await backend.json('POST', 'users', { email: 'guessed@vision.test', display_name: 'Guessed' });
    const guess = (email: string, password: string): Promise<number> => backend.json('POST', 'auth/login', { email, password }, { token: null }).then((answer) => answer.status);
    const statuses = await Promise.all(Array.from({ length: 30 }, (_, index) => guess('guessed@vision.test', `wrong-password-${index}`)));
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(10);
    expect(statuses.every((status) => status === 401 || status === 429)).toBe(true);
    for (let round = 0; round < 3; round += 1) {
      for (let attempt = 0; attempt < 5; attempt += 1) expect(await guess(ADMIN.email, 'wrong-password')).toBe(401);
      expect(await guess(ADMIN.email, ADMIN.password)).toBe(200);
    }
    const [left] = await backend.rows<{ subjects: string }>('select count(*) as subjects from login_attempts where subject like $1', [`account:${ADMIN.email}%`]);
    expect(left?.subjects).toBe('0');
  });
});

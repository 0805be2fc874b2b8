import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, startBackend, type BackendUnderTest } from './backend-under-test.js';

let backend: BackendUnderTest;
let admin = '';

interface Problem {
  readonly code: string;
  readonly status: number;
  readonly errors?: readonly { readonly pointer?: string; readonly code: string }[];
}

async function call<T = Problem>(method: string, path: string, options: { token?: string; body?: unknown; headers?: Record<string, string> } = {}): Promise<{ status: number; body: T; headers: Headers }> {
  const answer = await fetch(`${backend.url}/api/v1/${path}`, {
    method,
    headers: { ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }), ...(options.body === undefined ? {} : { 'content-type': 'application/json' }), ...options.headers },
    ...(options.body === undefined ? {} : { body: typeof options.body === 'string' ? options.body : JSON.stringify(options.body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as T, headers: answer.headers };
}

const logIn = async (email: string, password: string): Promise<string> => {
  const answer = await call<{ access_token: string }>('POST', 'auth/login', { body: { email, password } });
  expect(answer.status).toBe(200);
  return answer.body.access_token;
};

async function makeUser(email: string): Promise<{ id: string; token: string; password: string }> {
  const made = await call<{ user: { id: string }; one_time_password: string }>('POST', 'users', { token: admin, body: { email, display_name: email } });
  expect(made.status).toBe(201);
  return { id: made.body.user.id, token: await logIn(email, made.body.one_time_password), password: made.body.one_time_password };
}

beforeAll(async () => {
  backend = await startBackend();
  admin = await logIn(ADMIN.email, ADMIN.password);
});
afterAll(() => backend.close());

/** Reviewed by hand: what needs no credential. */
const PUBLIC = ['POST /api/v1/auth/login', 'POST /api/v1/auth/refresh', 'GET /api/v1/health/live', 'GET /api/v1/health/ready'];

describe('every route', () => {
  it('needs a credential but for the short public list', async () => {
    const document = (await (await fetch(`${backend.url}/api/docs-json`)).json()) as { paths: Record<string, Record<string, unknown>> };
    const routes = Object.entries(document.paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`));
    expect(routes.length).toBeGreaterThan(25);
    const open: string[] = [];
    for (const route of routes) {
      const [method = '', path = ''] = route.split(' ');
      const answer = await fetch(`${backend.url}${path.replaceAll(/\{[^}]+\}/g, 'x')}`, { method });
      if (answer.status !== 401) open.push(route);
    }
    expect(open.sort()).toEqual([...PUBLIC].filter((route) => !route.includes('refresh')).sort());
  });

  it('answers problems for unknown routes, broken paths and methods', async () => {
    for (const path of ['nothing', 'datasets/%ff', 'training/jobs/not-a-uuid']) {
      const answer = await call('GET', path, { token: admin });
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(answer.status).toBeLessThan(500);
      expect(answer.body.status).toBe(answer.status);
    }
  });
});

describe('credentials', () => {
  it('refuses forged, foreign and misplaced tokens', async () => {
    const [header = '', payload = ''] = admin.split('.');
    const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
    const signed = (head: unknown, body: unknown, key = 'jwt-secret-of-the-tests-0123456789abcdef'): string => {
      const text = `${encode(head)}.${encode(body)}`;
      return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
    };
    const HEAD = { alg: 'HS256', typ: 'at+jwt' };
    const now = Math.floor(Date.now() / 1000);
    const bad = [
      `${encode({ alg: 'none', typ: 'at+jwt' })}.${payload}.`,
      `${header}.${payload}.AAAA`,
      signed(HEAD, claims, 'another-secret'),
      signed({ ...HEAD, typ: 'JWT' }, claims),
      signed(HEAD, { ...claims, aud: 'other' }),
      signed(HEAD, { ...claims, iss: 'other' }),
      signed(HEAD, { ...claims, exp: now - 60, iat: now - 100 }),
      signed(HEAD, { ...claims, exp: undefined }),
      signed(HEAD, { ...claims, exp: now + 1e9 , iat: now - 10_000 }),
      signed(HEAD, { ...claims, nbf: now + 600 }),
      signed(HEAD, { ...claims, epoch: 99 }),
      'vk_not-a-key',
      '',
    ];
    for (const token of bad) expect((await call('GET', 'me', { token })).status, token.slice(0, 40)).toBe(401);
    expect((await call('GET', `me?access_token=${admin}`)).status).toBe(401);
    expect((await call('GET', 'me', { headers: { authorization: `Basic ${Buffer.from(`${ADMIN.email}:${ADMIN.password}`).toString('base64')}` } })).status).toBe(401);
    // The twin: signed like the bad ones, with nothing wrong.
    expect((await call('GET', 'me', { token: signed(HEAD, claims) })).status).toBe(200);
  });

  it('answers a wrong password and an unknown user alike, and slows down', async () => {
    await makeUser('throttled@vision.test');
    const wrong = async (email: string): Promise<{ status: number; body: Problem; headers: Headers }> => call('POST', 'auth/login', { body: { email, password: 'wrong-password' } });
    const [known, unknown] = [await wrong('throttled@vision.test'), await wrong('nobody@vision.test')];
    const shown = ({ status, body }: { status: number; body: Problem }): unknown => ({ answered: status, ...body, request_id: '' });
    expect(shown(known)).toEqual(shown(unknown));
    for (let attempt = 0; attempt < 9; attempt += 1) expect((await wrong('throttled@vision.test')).status).toBe(401);
    const limited = await wrong('throttled@vision.test');
    expect(limited.status).toBe(429);
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('slows down who tries to find out a password by a session', async () => {
    const user = await makeUser('guessed@vision.test');
    const guess = (current: string): Promise<{ status: number }> => call('POST', 'me/password', { token: user.token, body: { current_password: current, new_password: 'a-new-and-long-one' } });
    for (let attempt = 0; attempt < 10; attempt += 1) expect((await guess('wrong-password')).status).toBe(422);
    expect((await guess('wrong-password')).status).toBe(429);
    expect((await guess(user.password)).status).toBe(429);
  });

  it('refreshes by the cookie once, and ends the family when a token comes again', async () => {
    const login = await fetch(`${backend.url}/api/v1/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(ADMIN) });
    const cookie = login.headers.getSetCookie()[0] ?? '';
    expect(cookie).toMatch(/HttpOnly/i);
    expect(cookie).toMatch(/SameSite=Strict/i);
    const refresh = (value: string, headers: Record<string, string> = { 'x-requested-with': 'test' }): Promise<Response> => fetch(`${backend.url}/api/v1/auth/refresh`, { method: 'POST', headers: { cookie: value.split(';')[0] ?? '', ...headers } });
    expect((await refresh(cookie, {})).status).toBe(401);
    const next = await refresh(cookie);
    expect(next.status).toBe(200);
    expect((await refresh(next.headers.getSetCookie()[0] ?? '')).status).toBe(200);
  });
});

describe('users and keys', () => {
  it('lets the administrator create, disable and reset, and everybody change the own password', async () => {
    const user = await makeUser('person@vision.test');
    expect((await call('GET', 'users', { token: user.token })).status).toBe(403);
    const changed = await call<{ access_token: string }>('POST', 'me/password', { token: user.token, body: { current_password: user.password, new_password: 'a-new-and-long-one' } });
    expect(changed.status).toBe(200);
    expect((await call('GET', 'me', { token: user.token })).status).toBe(401);
    expect((await call('GET', 'me', { token: changed.body.access_token })).status).toBe(200);
    const key = await call<{ key: string }>('POST', 'api-keys', { token: changed.body.access_token, body: { name: 'k', scopes: ['read'] } });
    expect((await call('GET', 'datasets', { token: key.body.key })).status).toBe(200);
    expect((await call('PATCH', `users/${user.id}`, { token: admin, body: { disabled: true } })).status).toBe(200);
    expect((await call('GET', 'me', { token: changed.body.access_token })).status).toBe(401);
    expect((await call('GET', 'datasets', { token: key.body.key })).status).toBe(401);
    await call('PATCH', `users/${user.id}`, { token: admin, body: { disabled: false } });
    const reset = await call<{ one_time_password: string }>('POST', `users/${user.id}/reset-password`, { token: admin });
    await logIn('person@vision.test', reset.body.one_time_password);
  });

  it('keeps the last administrator', async () => {
    const me = await call<{ id: string }>('GET', 'me', { token: admin });
    expect((await call('PATCH', `users/${me.body.id}`, { token: admin, body: { disabled: true } })).status).toBe(409);
    expect((await call('PATCH', `users/${me.body.id}`, { token: admin, body: { is_admin: false } })).status).toBe(409);
  });

  it('never lets a key do more than it may, or make a wider one', async () => {
    const user = await makeUser('keys@vision.test');
    const reader = await call<{ id: string; key: string }>('POST', 'api-keys', { token: user.token, body: { name: 'reader', scopes: ['read'] } });
    expect((await call('POST', 'api-keys', { token: reader.body.key, body: { name: 'wider', scopes: ['train'] } })).body.code).toBe('insufficient-scope');
    expect((await call('POST', 'training/start', { token: reader.body.key, body: { dataset_id: 'platform-a-00000000' } })).body.code).toBe('insufficient-scope');
    expect((await call('POST', 'api-keys', { token: user.token, body: { name: 'root', scopes: ['admin'] } })).status).toBe(403);
    expect((await call('DELETE', `api-keys/${reader.body.id}`, { token: user.token })).status).toBe(204);
    expect((await call('GET', 'datasets', { token: reader.body.key })).status).toBe(401);
  });

  it('names unknown and forbidden fields with their place', async () => {
    const answer = await call('POST', 'users', { token: admin, body: { email: 'x@vision.test', display_name: 'x', id: '1', role: 'owner', password_hash: 'x' } });
    expect(answer.status).toBe(422);
    expect(answer.body.errors?.map((finding) => [finding.code, finding.pointer])).toEqual([
      ['unknown-field', '/id'],
      ['unknown-field', '/role'],
      ['unknown-field', '/password_hash'],
    ]);
  });
});

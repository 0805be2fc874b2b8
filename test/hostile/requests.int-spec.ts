import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { HostileBackend, type Answer } from './hostile-backend.js';
import { diceParts, zipOf } from './zip-forge.js';

let backend: HostileBackend;

beforeAll(async () => {
  backend = await HostileBackend.start();
});
afterAll(() => backend.close());

/** Those that were not refused as a malformed parameter. */
async function taken(paths: readonly string[]): Promise<Record<string, string>> {
  const seen: Record<string, string> = {};
  for (const path of paths) {
    const answer = await backend.send('GET', path);
    if (answer.status !== 400 || answer.code !== 'invalid-parameter') seen[path.slice(0, 80)] = `${answer.status} ${answer.code}`;
  }
  return seen;
}

const withValues = (before: string, values: readonly string[]): string[] => values.map((value) => `${before}${encodeURIComponent(value)}`);

describe('queries', () => {
  it('L1: sort by a closed list', async () => {
    const values = ['name;drop table datasets', 'password', 'owner.passwordHash', 'name asc nulls first', 'name,(select 1)', 'NEWEST', '', '-name', 'newest\u0000'];
    expect(await taken([...withValues('datasets?sort=', values), 'datasets?sort=name&sort=newest', 'datasets?sort[]=name'])).toEqual({});
    for (const sort of ['newest', 'oldest', 'name']) expect((await backend.send('GET', `datasets?sort=${sort}`)).status).toBe(200);
  });

  it('L2: filter by a closed list', async () => {
    const fields = ['filter[user.passwordHash][startsWith]=a', 'id[$ne]=', 'where[id]=1', 'created_by=1', 'owner=1', 'deleted_at=', '__proto__=1', 'constructor=1', 'toString=1', '__proto__[polluted]=1', 'select=password_hash', 'include=user', 'q[like]=x'];
    expect(await taken(fields.flatMap((field) => [`datasets?${field}`, `users?${field}`, `training/jobs?${field}`]))).toEqual({});
    expect('polluted' in {}).toBe(false);
  });

  it('L3: page by limits in their range and by cursors that we signed for this list', async () => {
    const limits = ['0', '-1', '1e9', '10;', '201', '1.5', 'NaN', 'Infinity', '0x', '٣', ' '];
    expect(await taken(['datasets?limit=', 'users?limit=', 'training/jobs?limit='].flatMap((before) => withValues(before, limits)))).toEqual({});
    expect(await taken([...withValues('datasets?cursor=', ['AAAA', 'x', '../..', '=', 'A'.repeat(900), 'A'.repeat(1_001), 'null']), 'datasets?offset=1000000000000000000', 'datasets?page=2'])).toEqual({});
    for (const name of ['one', 'two', 'three']) expect((await backend.upload(await zipOf(diceParts()), { fields: { name } })).status).toBe(201);
    const cursor = z.string().parse((await backend.send('GET', 'datasets?limit=1')).json['next_cursor']);
    const last = cursor.endsWith('A') ? 'B' : 'A';
    const forged = [cursor.slice(0, -1), `${cursor.slice(0, -2)}${last}${last}`, `${cursor}${cursor}`, `A${cursor.slice(1)}`];
    expect(await taken([...withValues('datasets?cursor=', forged), `datasets?limit=1&sort=name&cursor=${cursor}`, `datasets?limit=1&q=t&cursor=${cursor}`, `training/jobs?cursor=${cursor}`, `users?cursor=${cursor}`])).toEqual({});
    await backend.json('POST', 'users', { email: 'pages@vision.test', display_name: 'Pages' });
    const reader = await backend.json('POST', 'users', { email: 'reader@vision.test', display_name: 'Reader' });
    const login = await backend.json('POST', 'auth/login', { email: 'reader@vision.test', password: reader.json['one_time_password'] }, { token: null });
    expect(await backend.send('GET', `datasets?limit=1&cursor=${cursor}`, { token: String(login.json['access_token']) })).toMatchObject({ status: 400, code: 'invalid-parameter' });
    expect((await backend.send('GET', `datasets?limit=1&cursor=${cursor}`)).status).toBe(200);
  });

  it('list every name once by pages, however its letters are folded', async () => {
    const names = ['İstanbul', 'ıSPARTA', 'STRASSE', 'straße', 'ẞ', 'ΣΑΣ', 'σας', 'Ǆ', 'ǆ', '가', 'Å', 'å', 'ﬁ', 'FI'];
    for (const name of names) expect((await backend.upload(await zipOf(diceParts()), { fields: { name } })).status).toBe(201);
    const whole = z.array(z.object({ id: z.string() })).parse((await backend.send('GET', 'datasets?sort=name&limit=200')).json['items']);
    const paged: string[] = [];
    for (let cursor: unknown = ''; typeof cursor === 'string' && paged.length <= whole.length; ) {
      const page: Answer = await backend.send('GET', `datasets?sort=name&limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`);
      paged.push(...z.array(z.object({ id: z.string() })).parse(page.json['items']).map((one) => one.id));
      cursor = page.json['next_cursor'];
    }
    expect(paged).toEqual(whole.map((one) => one.id));
    expect(new Set(paged).size).toBeGreaterThanOrEqual(names.length);
  });

  it('L6: are no longer and no more than they may be', async () => {
    const many = Array.from({ length: 1_000 }, (_, index) => `p${index}=1`).join('&');
    expect(await taken([`datasets?${many}`, `datasets?${'a[b]'.repeat(200)}=1`, `datasets?q=${'x'.repeat(121)}`, `datasets?q=${'x'.repeat(10_000)}`])).toEqual({});
    for (const path of [`datasets?q=${'x'.repeat(65_000)}`, `datasets/${'x'.repeat(65_000)}`, `datasets?${'a=1&'.repeat(10_000)}`]) expect(await backend.send('GET', path)).toMatchObject({ status: 431, code: 'headers-too-large' });
    expect(await backend.send('GET', 'me', { headers: { 'x-large': 'x'.repeat(65_000) } })).toMatchObject({ status: 431 });
    expect(await backend.send('GET', `datasets/${'x'.repeat(5_000)}`)).toMatchObject({ status: 400 });
    expect((await backend.send('GET', `datasets?q=${'x'.repeat(120)}`)).status).toBe(200);
    await backend.assertAlive();
  });
});

/** What comes back for bytes on a socket, until the server closes it or falls silent. */
function exchange(bytes: string): Promise<{ text: string; closed: boolean }> {
  const { hostname, port } = new URL(backend.url);
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), hostname, () => socket.write(bytes, 'latin1'));
    socket.setTimeout(1_500, () => {
      socket.destroy();
      resolve({ text, closed: false });
    });
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.on('end', () => resolve({ text, closed: true }));
    socket.on('error', reject);
  });
}

const HIDDEN = 'GET /api/v1/health/live HTTP/1.1\r\nHost: x\r\n\r\n';
const head = (lines: readonly string[]): string => `POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${lines.join('\r\n')}\r\n\r\n`;

describe('L8: requests that two servers would cut in two ways', () => {
  it.each<[string, string]>([
    ['length and chunks', head(['Content-Length: 6', 'Transfer-Encoding: chunked']) + `0\r\n\r\n${HIDDEN}`],
    ['two lengths', head(['Content-Length: 2', 'Content-Length: 50']) + `{}${HIDDEN}`],
    ['a list of lengths', head(['Content-Length: 2, 50']) + `{}${HIDDEN}`],
    ['an unknown transfer coding', head(['Transfer-Encoding: xchunked']) + `0\r\n\r\n${HIDDEN}`],
    ['chunked not last', head(['Transfer-Encoding: chunked, identity']) + `0\r\n\r\n${HIDDEN}`],
    ['a length with a sign', head(['Content-Length: +2']) + `{}${HIDDEN}`],
    ['a negative length', head(['Content-Length: -1']) + `{}${HIDDEN}`],
    ['a length beyond 2^64', head(['Content-Length: 99999999999999999999999']) + `{}${HIDDEN}`],
    ['a broken chunk size', head(['Transfer-Encoding: chunked']) + `zz\r\n{}\r\n0\r\n\r\n${HIDDEN}`],
    ['a space before the colon', head(['Content-Length : 2']) + `{}${HIDDEN}`],
    ['bare line feeds', `POST /api/v1/auth/login HTTP/1.1\nHost: x\nContent-Length: 2\n\n{}${HIDDEN}`],
    ['a folded header', head(['X-A: b\r\n folded: c', 'Content-Length: 2']) + `{}${HIDDEN}`],
    ['U+0000 in a header', head(['X-A: b\u0000c', 'Content-Length: 2']) + `{}${HIDDEN}`],
    ['no HTTP at all', 'EHLO mail.example\r\n\r\n'],
    ['TLS', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003'],
    ['another HTTP', 'GET / HTTP/9.9\r\nHost: x\r\n\r\n'],
    ['two hosts', 'GET /api/v1/health/live HTTP/1.1\r\nHost: x\r\nHost: y\r\nConnection: close\r\n\r\n'],
  ])('%s', async (_, bytes) => {
    const { text, closed } = await exchange(bytes);
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toContain('application/problem+json');
    // One answer: nothing behind the first request was taken for a second.
    expect(text.match(/HTTP\/1\.1 \d/g)).toHaveLength(1);
    expect(closed).toBe(true);
  });

  it('are taken when they are right, two on one connection', async () => {
    const { text } = await exchange(HIDDEN + HIDDEN);
    expect(text.match(/HTTP\/1\.1 200 /g)).toHaveLength(2);
  });
});

import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CourierServer } from './courier-server.js';

const TOKEN = 'a'.repeat(64);
let folder: string;
let courier: CourierServer;
let port: number;
let done = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'courier-'));
  await mkdir(join(folder, 'output'));
  await writeFile(join(folder, 'secret'), 'secret');
  await writeFile(join(folder, 'output', 'a file.pt'), 'state');
  await symlink(join(folder, 'secret'), join(folder, 'output', 'link'));
  courier = new CourierServer({ folder: join(folder, 'output'), token: TOKEN, onDone: () => void (done += 1) });
  port = await courier.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await courier.close();
  await rm(folder, { recursive: true, force: true });
});

/** Not `fetch`: it would tidy the path up. */
function ask(method: string, path: string, token: string | null = TOKEN): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers: token === null ? {} : { authorization: `Bearer ${token}` } }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.once('error', reject).end();
  });
}

describe('the courier of a pod', () => {
  it('gives files of its folder to the holder of the token', async () => {
    expect(await ask('GET', '/files/a%20file.pt')).toEqual({ status: 200, text: 'state' });
  });

  it.each([null, '', 'b'.repeat(64), `${TOKEN}a`])('gives nothing for the token %j', async (token) => {
    expect((await ask('GET', '/files/a%20file.pt', token)).status).toBe(401);
    expect((await ask('POST', '/done', token)).status).toBe(401);
    expect(done).toBe(0);
  });

  it.each(['/files/../secret', '/files/..%2fsecret', '/files/%2e%2e/secret', '/files/link', '/files/', '/files/%', '/files/none', '/secret', '/'])('gives nothing for %s', async (path) => {
    const answer = await ask('GET', path);
    expect([404, 422]).toContain(answer.status);
    expect(answer.text).not.toContain('"secret"');
  });

  it('says when it is not needed any more', async () => {
    expect((await ask('POST', '/done')).status).toBe(200);
    expect(done).toBe(1);
  });
});

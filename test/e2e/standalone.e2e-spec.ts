import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Ready {
  readonly url: string;
  readonly admin: { readonly email: string; readonly password: string };
}

let folder: string;
let running: ChildProcess | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vision-e2e-'));
});
afterAll(async () => {
  if (running !== undefined) await stop(running);
  await rm(folder, { recursive: true, force: true });
});

function npmStart(...args: string[]): { child: ChildProcess; output: () => string; errors: () => string } {
  const child = spawn('npm', ['start', '--silent', '--', '--data', join(folder, 'data'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  return { child, output: () => output, errors: () => errors };
}

async function start(): Promise<{ ready: Ready; line: string }> {
  const { child, output, errors } = npmStart('--port', '0', '--json');
  running = child;
  while (!output().includes('\n')) {
    if (child.exitCode !== null) throw new Error(`npm start ended: ${errors().slice(-2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { ready: JSON.parse(output()) as Ready, line: output() };
}

async function stop(child: ChildProcess): Promise<void> {
  running = undefined;
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

/** Processes whose environment or command line names our data folder. */
async function processesOf(text: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
    const facts = await Promise.all(['cmdline', 'environ'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')));
    if (facts.some((one) => one.includes(text))) found.push(`${pid} ${facts[0]?.replaceAll('\0', ' ') ?? ''}`);
  }
  return found;
}

async function logIn({ url, admin }: Ready): Promise<Response> {
  return fetch(`${url}/api/v1/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(admin) });
}

describe('npm start', () => {
  it('prints one line of JSON, keeps its data over a restart, and leaves no orphan after SIGTERM', async () => {
    const first = await start();
    expect(first.line.split('\n')).toHaveLength(2);
    expect(Object.keys(first.ready)).toEqual(['url', 'admin', 'database_url', 'nats_url', 'store']);
    expect(first.ready).toMatchObject({
      store: { endpoint: expect.any(String), bucket: expect.any(String), access_key_id: expect.any(String), secret_access_key: expect.any(String), readonly_access_key_id: expect.any(String), readonly_secret_access_key: expect.any(String) },
    });
    expect((await logIn(first.ready)).status).toBeLessThan(300);
    const second = npmStart('--port', '0', '--json');
    const [code] = (await once(second.child, 'exit')) as [number];
    expect(code).toBe(1);
    expect(second.errors()).toContain('is in use by another start');
    expect(second.output()).toBe('');
    if (running !== undefined) await stop(running);
    expect(await processesOf(join(folder, 'data'))).toEqual([]);

    const again = await start();
    expect(again.ready.admin).toEqual(first.ready.admin);
    expect((await logIn(again.ready)).status).toBeLessThan(300);
    if (running !== undefined) await stop(running);
    expect(await processesOf(join(folder, 'data'))).toEqual([]);
  });

  it('says in one sentence that the port is in use', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const address = blocker.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { child, errors, output } = npmStart('--port', String(port), '--json');
    const [code] = (await once(child, 'exit')) as [number];
    blocker.close();
    expect(code).toBe(1);
    expect(errors()).toContain(`Port ${port} of 127.0.0.1 is in use`);
    expect(errors()).not.toContain('    at ');
    expect(output()).toBe('');
  });
});

import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAlive } from '../process/process-identity.js';
import { startPostgres, type LocalPostgres } from './start-postgres.js';

let folder: string;
const running: LocalPostgres[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vision-pg-'));
  await chmod(folder, 0o711);
});
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
  await rm(folder, { recursive: true, force: true });
});

async function start(dataDirectory = join(folder, 'data')): Promise<LocalPostgres> {
  const server = await startPostgres({ dataDirectory });
  running.push(server);
  return server;
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('startPostgres', () => {
  it('makes a UTF-8 cluster whatever LANG says, asks for a password, and keeps the password private', async () => {
    const before = process.env['LANG'];
    process.env['LANG'] = 'C';
    const server = await start().finally(() => {
      process.env['LANG'] = before;
      if (before === undefined) delete process.env['LANG'];
    });
    expect(await query(server.url, 'show server_encoding')).toEqual([{ server_encoding: 'UTF8' }]);
    expect(await query(server.url, "select datcollate from pg_database where datname = 'vision'")).toEqual([{ datcollate: 'C.UTF-8' }]);
    expect(await query(server.url, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    const wrong = new URL(server.url);
    wrong.password = 'password';
    await expect(query(wrong.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
    expect((await stat(join(folder, 'data', 'superuser-password'))).mode & 0o777).toBe(0o600);
  });

  it('keeps the data over stop and start, and over kill -9 of the server', async () => {
    const first = await start();
    await query(first.url, 'create table kept (n int); insert into kept values (1)');
    await first.stop();
    const second = await start();
    await query(second.url, 'insert into kept values (2)');
    process.kill(second.pid, 'SIGKILL');
    await second.exited;
    const third = await start();
    expect(await query(third.url, 'select n from kept order by n')).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('takes over from a server whose launcher is gone', async () => {
    const first = await start();
    await query(first.url, 'create table kept (n int)');
    const second = await start();
    expect(isAlive(first.pid)).toBe(false);
    expect(await query(second.url, 'select count(*)::int as n from kept')).toEqual([{ n: 0 }]);
  });

  it('never begins an empty database beside one that it had before', async () => {
    const first = await start();
    await query(first.url, 'create table kept (n int)');
    await first.stop();
    running.pop();
    await rename(join(folder, 'data'), join(folder, 'moved'));
    const moved = await start(join(folder, 'moved'));
    expect(await query(moved.url, 'select count(*)::int as n from kept')).toEqual([{ n: 0 }]);
    await moved.stop();
    running.pop();
    await rename(join(folder, 'moved', 'home'), join(folder, 'elsewhere'));
    await expect(startPostgres({ dataDirectory: join(folder, 'moved') })).rejects.toThrow(/its database was in .*home, which is not there any more/);
    if (process.getuid?.() !== 0) return;
    await rename(join(folder, 'elsewhere'), join(folder, 'moved', 'home'));
    await chmod(folder, 0o700);
    await expect(startPostgres({ dataDirectory: join(folder, 'moved') })).rejects.toThrow(/the user "postgres" cannot walk to/);
  });

  it('says in one sentence that the port is taken', async () => {
    const first = await start();
    await expect(startPostgres({ dataDirectory: join(folder, 'other'), port: first.port })).rejects.toThrow(`Postgres cannot listen on port ${first.port}: another program uses it.`);
  });

  it('runs in a data folder that only its owner can enter, as root too', async () => {
    const closed = join(folder, 'closed');
    await mkdtempAt(closed);
    const lines: string[] = [];
    const server = await startPostgres({ dataDirectory: join(closed, 'data'), log: (line) => lines.push(line) });
    running.push(server);
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    if (process.getuid?.() !== 0) return;
    const said = lines.find((line) => line.includes('cannot reach'));
    expect(said).toContain('/var/lib/vision-platform/');
    running.pop();
    await server.stop();
    await rm(/lies in (\S+?)\.$/.exec(said ?? '')?.[1] ?? join(folder, 'nothing'), { recursive: true });
  });
});

async function mkdtempAt(path: string): Promise<void> {
  await new Promise((resolve) => spawn('mkdir', ['-m', '700', path]).once('exit', resolve));
}

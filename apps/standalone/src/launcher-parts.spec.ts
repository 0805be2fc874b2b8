import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localUrl, networkUrls, pageOrigins, publicUrl, storePublicUrl } from './addresses.js';
import { openDataFolder } from './data-folder.js';
import { brokerFromEnvironment, databaseFromEnvironment, storeFromEnvironment } from './external-services.js';
import { parseOptions } from './options.js';
import { ProcessLog } from './process-log.js';
import { ProcessRecord } from './process-record.js';
import { keptAdmin, keptSecrets } from './secrets.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vision-standalone-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('parseOptions', () => {
  it('has defaults and takes every option', () => {
    expect(parseOptions([])).toMatchObject({ port: 3000, host: '127.0.0.1', storePort: 0, json: false });
    expect(parseOptions(['--data', folder, '--port', '4000', '--host', '0.0.0.0', '--public-url', 'https://v.example/', '--json'])).toMatchObject({
      dataDirectory: folder, port: 4000, host: '0.0.0.0', publicUrl: 'https://v.example', json: true,
    });
  });

  it.each([['--port', 'x'], ['--port', '65536'], ['--public-url', 'ftp://x'], ['--nonsense'], ['stray']])('refuses %s %s in one line', (...args) => {
    expect(() => parseOptions(args)).toThrow(/^[^\n]+$/);
  });
});

describe('secrets', () => {
  it('are made once, differ from each other, and only the owner can read them', async () => {
    const first = await keptSecrets(folder);
    const admin = await keptAdmin(folder);
    expect(await keptSecrets(folder)).toEqual(first);
    expect(await keptAdmin(folder)).toEqual(admin);
    const values = [first.jwt_secret, ...Object.values(first.nats), ...Object.values(first.store), admin.password];
    expect(new Set(values).size).toBe(values.length);
    for (const name of ['secrets.json', 'admin-credentials.json']) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  });

  it('that are damaged are never replaced silently', async () => {
    await writeFile(join(folder, 'secrets.json'), '{"jwt_sec');
    await expect(keptSecrets(folder)).rejects.toThrow(/damaged/);
    expect(await readFile(join(folder, 'secrets.json'), 'utf8')).toBe('{"jwt_sec');
  });
});

describe('the data folder', () => {
  const address = 'http://127.0.0.1:3000';

  it('refuses a second start and says where the first one is, is given back, and a dead owner does not keep it', async () => {
    const unlock = await openDataFolder(folder, address);
    await expect(openDataFolder(folder, address)).rejects.toThrow(`in use by another start at ${address} (process ${process.pid})`);
    await unlock();
    await writeFile(join(folder, 'lock'), `${process.pid} 1\n${address}\n`);
    await (await openDataFolder(folder, address))();
  });

  it('that is a file, or lies under one, is refused in one sentence', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(openDataFolder(join(folder, 'file'), address)).rejects.toThrow(/is a file; --data takes a folder\.$/);
    await expect(openDataFolder(join(folder, 'file', 'inside'), address)).rejects.toThrow(/cannot be written \(ENOTDIR\)/);
  });
});

describe('external services', () => {
  it('take the place of embedded ones, and a variable that is set but empty counts as not set', () => {
    expect(databaseFromEnvironment({ DATABASE_URL: '' })).toBeUndefined();
    expect(brokerFromEnvironment({ NATS_URL: 'nats://b@h', TRAINING_NATS_URL: '' })).toEqual({ backend: 'nats://b@h', training: 'nats://b@h', consumer: 'nats://b@h' });
    const store = { S3_ENDPOINT: 'https://s', S3_ACCESS_KEY_ID: 'id', S3_SECRET_ACCESS_KEY: 'secret', S3_READONLY_ACCESS_KEY_ID: '', S3_BUCKET: '' };
    expect(storeFromEnvironment(store, { storePublicUrl: undefined })).toMatchObject({ publicEndpoint: 'https://s', bucket: 'vision', readonlyAccessKeyId: 'id', readonlySecretAccessKey: 'secret' });
  });

  it('refuse half of a credential in one sentence', () => {
    expect(() => storeFromEnvironment({ S3_ENDPOINT: 'https://s', S3_ACCESS_KEY_ID: 'id' }, { storePublicUrl: undefined })).toThrow(/S3_SECRET_ACCESS_KEY are needed too/);
    const half = { S3_ENDPOINT: 'https://s', S3_ACCESS_KEY_ID: 'id', S3_SECRET_ACCESS_KEY: 'secret', S3_READONLY_ACCESS_KEY_ID: 'ro' };
    expect(() => storeFromEnvironment(half, { storePublicUrl: undefined })).toThrow(/belong together/);
  });
});

describe('addresses', () => {
  it('name this machine to itself, and the network to colleagues', () => {
    const everywhere = parseOptions(['--host', '0.0.0.0', '--store-public-url', 'http://my-name:9000']);
    expect(everywhere.storePort).toBe(9000);
    expect(publicUrl(everywhere, 3000)).toBe('http://127.0.0.1:3000');
    expect(storePublicUrl(everywhere, 'http://127.0.0.1:9000')).toBe('http://my-name:9000');
    expect(pageOrigins(everywhere, 3000)).toEqual([...new Set(['http://127.0.0.1:3000', 'http://localhost:3000', ...networkUrls(everywhere, 3000)])]);
    expect(networkUrls(parseOptions([]), 3000)).toEqual([]);
    expect(localUrl('::1', 3000)).toBe('http://[::1]:3000');
    expect(parseOptions(['--store-public-url', 'https://store.example:9443']).storePort).toBe(0);
  });
});

describe('the log of a process', () => {
  it('keeps every line in a private file, and shows errors only, as a line for a person', async () => {
    let shown = '';
    const log = new ProcessLog(folder, 'backend', { isVerbose: false, show: (text) => (shown += text) });
    for (const entry of [{ level: 'info', msg: 'fine' }, { level: 'error', name: 'backend', msg: 'broken', err: { stack: 'Error: broken\n    at here' } }]) log.take(JSON.stringify(entry));
    for (const line of ['    at there (file:1:2)', 'Cannot start: no key.']) log.take(line);
    expect(shown).toMatch(/^ERROR \[backend\] broken\n$/);
    expect(log.lastWords()).toBe('Cannot start: no key.\n');
    log.close();
    expect((await readFile(log.path, 'utf8')).split('\n')).toHaveLength(5);
    expect((await stat(log.path)).mode & 0o777).toBe(0o600);
  });
});

describe('the record of processes', () => {
  it('ends what an earlier start left behind, and nothing that only has the same id', async () => {
    const [left, other] = [0, 0].map(() => spawn('sleep', ['60']));
    const record = new ProcessRecord(folder);
    const said: string[] = [];
    await record.stopLeftovers((line) => said.push(line));
    await record.add('backend', left?.pid ?? 0);
    await writeFile(join(folder, 'processes', 'object store'), `${other?.pid} 1`);
    await new ProcessRecord(folder).stopLeftovers((line) => said.push(line));
    expect(said).toEqual([`Stopped the backend that an earlier start left behind (process ${left?.pid}).`]);
    expect([left?.signalCode ?? (await signalOf(left)), other?.signalCode]).toEqual(['SIGTERM', null]);
    other?.kill('SIGKILL');
  });
});

async function signalOf(child: ChildProcess | undefined): Promise<unknown> {
  return child === undefined ? undefined : ((await once(child, 'exit')) as unknown[])[1];
}

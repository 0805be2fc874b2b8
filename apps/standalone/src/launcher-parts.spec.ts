import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDataFolder } from './data-folder.js';
import { parseOptions } from './options.js';
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

describe('the lock', () => {
  it('refuses a second start, is given back, and a dead owner does not keep it', async () => {
    const unlock = await openDataFolder(folder);
    await expect(openDataFolder(folder)).rejects.toThrow(`in use by another start (process ${process.pid})`);
    await unlock();
    await writeFile(join(folder, 'lock'), `${process.pid} 1`);
    await (await openDataFolder(folder))();
  });
});

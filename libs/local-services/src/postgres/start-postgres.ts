import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { commandLineHas, readPidFile, stopLeftover } from '../process/foreign-process.js';
import { freePort } from '../process/free-port.js';
import { GuardedChild } from '../process/guarded-child.js';
import { LocalServiceError, reasonOf } from '../process/local-service-error.js';
import { ensureCluster } from './init-cluster.js';
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.js';
import { preparePostgresHome, SYSTEM_FOLDER } from './postgres-home.js';
import { postgresUser, type SystemUser } from './postgres-user.js';

export interface StartPostgresOptions {
  /** Folder of the cluster and its password; made if missing. */
  readonly dataDirectory: string;
  /** Port of 127.0.0.1; a free one when left out. */
  readonly port?: number;
  /** Server settings on top of the defaults, for example `{ fsync: 'off' }` for tests whose data nobody needs. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Each line of the server's log, and sentences of the launcher. */
  readonly log?: (line: string) => void;
  /** How long the server may take until it answers, milliseconds. 60,000: recovery after a crash on a busy machine. */
  readonly readyWithinMilliseconds?: number;
}

export interface LocalPostgres {
  /** Superuser, database `vision`. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Ends when the server process has ended, whoever ended it. */
  readonly exited: Promise<unknown>;
  /** Fast shutdown: open transactions are rolled back, everything committed is on disk. */
  stop(): Promise<void>;
}

const SUPERUSER = 'vision';
const DATABASE = 'vision';
const STOP_BUDGET_MILLISECONDS = 10_000;
const PORT_ATTEMPTS = 3;

interface Prepared {
  readonly options: StartPostgresOptions;
  readonly binaries: PostgresBinaries;
  readonly cluster: string;
  readonly password: string;
  readonly user: SystemUser | undefined;
}

/**
 * Starts Postgres for one machine: 127.0.0.1 only, a password of its own, the folder kept. As root the server runs as the system user
 * `postgres`. A server left over from a launcher that was killed is stopped first. Throws LocalServiceError with one sentence.
 */
export async function startPostgres(options: StartPostgresOptions): Promise<LocalPostgres> {
  const log = options.log ?? ((): void => undefined);
  const user = await postgresUser(log);
  const binaries = await findPostgresBinaries({ forOtherUser: user !== undefined, copyUnder: SYSTEM_FOLDER });
  const home = await preparePostgresHome({ dataDirectory: options.dataDirectory, user, log });
  const cluster = await ensureCluster({ binaries, folder: home.folder, password: home.password, user, superuser: SUPERUSER });
  await stopOrphan(cluster, log);
  return startWithPort({ options, binaries, cluster, password: home.password, user });
}

async function stopOrphan(cluster: string, log: (line: string) => void): Promise<void> {
  const pid = await readPidFile(join(cluster, 'postmaster.pid'));
  if (pid === null) return;
  const stopped = await stopLeftover({ label: 'Postgres', pid, isOurs: () => commandLineHas(pid, ['postgres', cluster]), stopSignal: 'SIGINT' });
  if (stopped) log(`Stopped a Postgres that an earlier start left behind (process ${pid}).`);
}

/** A free port may be taken by someone else before the server has it: another one is tried, unless the caller chose it. */
async function startWithPort(prepared: Prepared): Promise<LocalPostgres> {
  for (let attempt = 1; ; attempt += 1) {
    const port = prepared.options.port ?? (await freePort());
    const lines: string[] = [];
    try {
      return await startOn(port, prepared, lines);
    } catch (error) {
      const portTaken = lines.some((line) => line.includes('could not bind'));
      if (portTaken && prepared.options.port === undefined && attempt < PORT_ATTEMPTS) continue;
      if (portTaken) throw new LocalServiceError(`Postgres cannot listen on port ${port}: another program uses it.`, { cause: error });
      throw error;
    }
  }
}

async function startOn(port: number, prepared: Prepared, lines: string[]): Promise<LocalPostgres> {
  const settings = {
    listen_addresses: '127.0.0.1',
    // TCP only: a socket file in /tmp would meet another server's of the same port.
    unix_socket_directories: '',
    max_connections: '100',
    ...prepared.options.settings,
  };
  const child = await GuardedChild.start({
    label: 'Postgres',
    command: prepared.binaries.postgres,
    args: ['-D', prepared.cluster, '-p', String(port), ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    user: prepared.user,
    cwd: prepared.cluster,
    env: { PATH: process.env['PATH'] },
    stopSignal: 'INT',
    onLine: (line) => {
      lines.push(line);
      if (lines.length > 50) lines.shift();
      prepared.options.log?.(line);
    },
  });
  const base = `postgresql://${SUPERUSER}:${prepared.password}@127.0.0.1:${port}`;
  try {
    await createDatabase(child, { base, lines, withinMilliseconds: prepared.options.readyWithinMilliseconds ?? 60_000 });
  } catch (error) {
    await child.stop(STOP_BUDGET_MILLISECONDS);
    throw error;
  }
  return { url: `${base}/${DATABASE}`, port, pid: child.pid, exited: child.exited, stop: () => child.stop(STOP_BUDGET_MILLISECONDS) };
}

async function createDatabase(child: GuardedChild, options: { base: string; lines: readonly string[]; withinMilliseconds: number }): Promise<void> {
  const end = Date.now() + options.withinMilliseconds;
  for (;;) {
    const client = new pg.Client({ connectionString: `${options.base}/postgres`, connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const found = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
      if (found.rowCount === 0) await client.query(`create database ${DATABASE}`);
      return;
    } catch (error) {
      if (child.hasExited) throw new LocalServiceError(`Postgres ended while starting (${lastWords(options.lines)}).`, { cause: error });
      if (refusesPassword(error)) throw new LocalServiceError('Postgres refuses the kept password; the data folder belongs to another start.', { cause: error });
      if (Date.now() > end) throw new LocalServiceError(`Postgres does not answer (${reasonOf(error)}).`, { cause: error });
    } finally {
      await client.end().catch(() => undefined);
    }
    await sleep(50);
  }
}

function refusesPassword(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '28P01';
}

function lastWords(lines: readonly string[]): string {
  const fatal = lines.filter((line) => /FATAL|PANIC|ERROR/.test(line));
  return (fatal.length > 0 ? fatal : lines).slice(-2).join(' ').trim();
}

import { mkdir, rename, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandLineHas, readPidFile, stopLeftover } from '../process/foreign-process.js';
import { freePort } from '../process/free-port.js';
import { GuardedChild } from '../process/guarded-child.js';
import { LocalServiceError, reasonOf } from '../process/local-service-error.js';
import { findNatsServer, natsServerVersion } from './nats-binary.js';
import { natsConfig, type NatsUser } from './nats-config.js';

export interface StartNatsOptions {
  /** Folder of the configuration and of JetStream's store; made if missing. */
  readonly dataDirectory: string;
  /** Port of 127.0.0.1; a free one when left out. */
  readonly port?: number;
  readonly users: readonly NatsUser[];
  /** The program; found or fetched when left out. */
  readonly binary?: string;
  /** Where a fetched program is kept. Default `.cache` of the working folder. */
  readonly cacheDirectory?: string;
  /** JetStream's limit on disk, bytes. 2 GiB: six streams of 64 MiB and room for KV of others. */
  readonly maxFileStoreBytes?: number;
  readonly log?: (line: string) => void;
  /** How long the server may take until JetStream is up, milliseconds. 30,000: recovery of a full store on a busy machine. */
  readonly readyWithinMilliseconds?: number;
}

export interface LocalNats {
  readonly port: number;
  readonly pid: number;
  /** For example `2.9.10`. */
  readonly version: string;
  /** Ends when the server process has ended, whoever ended it. */
  readonly exited: Promise<unknown>;
  /** `nats://user:password@127.0.0.1:port`. Throws for a name that is not among the users. */
  urlFor(user: string): string;
  stop(): Promise<void>;
  /** kill -9, for tests of what survives it. */
  kill(): Promise<void>;
}

const STOP_BUDGET_MILLISECONDS = 5_000;
const PORT_ATTEMPTS = 3;

interface Prepared {
  readonly options: StartNatsOptions;
  readonly folder: string;
  readonly binary: string;
  readonly version: string;
}

/**
 * Starts nats-server with JetStream for one machine: 127.0.0.1 only, every user with a password, the store kept. A server left over
 * from a launcher that was killed is stopped first. Throws LocalServiceError with one sentence.
 */
export async function startNats(options: StartNatsOptions): Promise<LocalNats> {
  const folder = resolve(options.dataDirectory);
  const binary = options.binary ?? (await findNatsServer({ cacheDirectory: options.cacheDirectory, log: options.log }));
  const version = await natsServerVersion(binary);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new LocalServiceError(`The folder of NATS cannot be used (${folder}): ${reasonOf(error)}.`, { cause: error });
  }
  await stopOrphan(folder, options);
  return startWithPort({ options, folder, binary, version });
}

async function stopOrphan(folder: string, options: StartNatsOptions): Promise<void> {
  const pid = await readPidFile(join(folder, 'nats.pid'));
  if (pid === null) return;
  const stopped = await stopLeftover({ label: 'NATS', pid, isOurs: () => commandLineHas(pid, ['nats-server', folder]), stopSignal: 'SIGTERM' });
  if (stopped) options.log?.(`Stopped a NATS that an earlier start left behind (process ${pid}).`);
}

async function startWithPort(prepared: Prepared): Promise<LocalNats> {
  for (let attempt = 1; ; attempt += 1) {
    const port = prepared.options.port ?? (await freePort());
    const lines: string[] = [];
    try {
      return await startOn(port, prepared, lines);
    } catch (error) {
      const portTaken = lines.some((line) => line.includes('address already in use'));
      if (portTaken && prepared.options.port === undefined && attempt < PORT_ATTEMPTS) continue;
      if (portTaken) throw new LocalServiceError(`NATS cannot listen on port ${port}: another program uses it.`, { cause: error });
      throw error;
    }
  }
}

async function startOn(port: number, prepared: Prepared, lines: string[]): Promise<LocalNats> {
  const { options, folder, binary, version } = prepared;
  const configFile = join(folder, 'nats.conf');
  const config = natsConfig({
    port,
    storeDirectory: join(folder, 'jetstream'),
    pidFile: join(folder, 'nats.pid'),
    users: options.users,
    serverVersion: version,
    maxFileStoreBytes: options.maxFileStoreBytes ?? 2 * 1024 ** 3,
  });
  // It holds passwords: never readable by others, not even while it is written.
  await writeFile(`${configFile}.new`, config, { mode: 0o600 });
  await rename(`${configFile}.new`, configFile);
  const child = await GuardedChild.start({
    label: 'NATS',
    command: binary,
    args: ['--config', configFile],
    stopSignal: 'TERM',
    onLine: (line) => {
      lines.push(line);
      if (lines.length > 50) lines.shift();
      options.log?.(line);
    },
  });
  try {
    await waitForJetStream(child, { port, lines, withinMilliseconds: options.readyWithinMilliseconds ?? 30_000 });
  } catch (error) {
    await child.stop(STOP_BUDGET_MILLISECONDS);
    throw error;
  }
  return describe(child, { port, version, users: options.users });
}

function describe(child: GuardedChild, facts: { port: number; version: string; users: readonly NatsUser[] }): LocalNats {
  return {
    port: facts.port,
    pid: child.pid,
    version: facts.version,
    exited: child.exited,
    urlFor: (name) => {
      const user = facts.users.find((one) => one.name === name);
      if (user === undefined) throw new LocalServiceError(`NATS has no user "${name}".`);
      return `nats://${encodeURIComponent(user.name)}:${encodeURIComponent(user.password)}@127.0.0.1:${facts.port}`;
    },
    stop: () => child.stop(STOP_BUDGET_MILLISECONDS),
    kill: async () => {
      child.kill('SIGKILL');
      await child.exited;
    },
  };
}

async function waitForJetStream(child: GuardedChild, options: { port: number; lines: readonly string[]; withinMilliseconds: number }): Promise<void> {
  const end = Date.now() + options.withinMilliseconds;
  while (!child.hasExited && Date.now() < end) {
    const info = await readInfo(options.port);
    if (info?.jetstream === true) return;
    await sleep(20);
  }
  throw new LocalServiceError(`NATS ${child.hasExited ? 'ended while starting' : 'does not answer with JetStream'} (${options.lines.slice(-2).join(' ').trim()}).`);
}

/** The first line that a server sends, before any login: https://docs.nats.io/reference/reference-protocols/nats-protocol. */
async function readInfo(port: number): Promise<{ jetstream?: boolean } | null> {
  return new Promise((done) => {
    let text = '';
    const socket: Socket = connect({ port, host: '127.0.0.1', timeout: 2_000 });
    const finish = (info: { jetstream?: boolean } | null): void => {
      socket.destroy();
      done(info);
    };
    socket.on('error', () => finish(null));
    socket.on('timeout', () => finish(null));
    socket.on('close', () => finish(null));
    socket.on('data', (chunk) => {
      text += chunk.toString('utf8');
      const end = text.indexOf('\r\n');
      if (end >= 0) finish(text.startsWith('INFO ') ? (JSON.parse(text.slice(5, end)) as { jetstream?: boolean }) : null);
    });
  });
}

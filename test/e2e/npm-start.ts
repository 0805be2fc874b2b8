import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProductFacts } from './harness.js';

export interface NpmStartOptions {
  /** Folder of the clone; default this one. */
  readonly folder?: string;
  readonly environment?: NodeJS.ProcessEnv;
  /** Stands before `npm`, for example a command that runs the rest as another user. */
  readonly before?: readonly string[];
  /** A group of its own, so that the group can be signalled. */
  readonly ownGroup?: boolean;
}

/** `npm start --silent -- ARGUMENTS` as a person or a script runs it. */
export class NpmStart {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  output = '';
  errors = '';

  constructor(args: readonly string[], options: NpmStartOptions = {}) {
    const [command = 'npm', ...rest] = [...(options.before ?? []), 'npm', 'start', '--silent', '--', ...args];
    this.child = spawn(command, rest, { cwd: options.folder, env: options.environment ?? process.env, stdio: ['ignore', 'pipe', 'pipe'], detached: options.ownGroup ?? false });
    this.child.stdout?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.errors += chunk.toString()));
    this.ended = once(this.child, 'close').then(([code]: unknown[]) => (typeof code === 'number' ? code : null));
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** The line of `--json`; throws with what was said when it ends before. */
  async ready(timeoutMilliseconds = 240_000): Promise<ProductFacts> {
    await this.until(() => this.output.includes('\n'), timeoutMilliseconds);
    return JSON.parse(this.output) as ProductFacts;
  }

  /** Waits until the condition holds. */
  async until(holds: () => boolean, timeoutMilliseconds = 60_000): Promise<void> {
    for (const deadline = Date.now() + timeoutMilliseconds; !holds(); await sleep(100)) {
      if (this.hasEnded || Date.now() > deadline) throw new Error(`npm start ${this.hasEnded ? 'ended' : 'takes too long'}: ${this.errors.slice(-3000)}`);
    }
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (!this.hasEnded) this.child.kill(signal);
    return this.ended;
  }
}

/** Process ids and command lines of processes whose command line or environment names `text`, without this one and its own children. */
export async function processesOf(text: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
    const facts = await Promise.all(['cmdline', 'environ'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')));
    if (facts.some((one) => one.includes(text))) found.push(`${pid} ${facts[0]?.replaceAll('\0', ' ') ?? ''}`);
  }
  return found;
}

/** Which of the processes that the data folder's record names still run; the object store has the folder in no command line. */
export async function recordedProcesses(dataDirectory: string): Promise<Map<string, number>> {
  const folder = `${dataDirectory}/processes`;
  const names = await readdir(folder);
  const pids = await Promise.all(names.map(async (name) => [name, Number.parseInt(await readFile(`${folder}/${name}`, 'utf8'), 10)] as const));
  return new Map(pids.filter(([, pid]) => isAlive(pid)));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The launcher of a running start: `npm` becomes it, or it is npm's child. */
export async function launcherPid(dataDirectory: string): Promise<number> {
  return Number.parseInt(await readFile(`${dataDirectory}/lock`, 'utf8'), 10);
}

export async function logInStatus({ url, admin }: ProductFacts): Promise<number> {
  const answer = await fetch(`${url}/api/v1/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(admin) });
  await answer.body?.cancel();
  return answer.status;
}

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { LocalServiceError, reasonOf } from './local-service-error.js';

export interface GuardedChildOptions {
  /** What the sentences call it, for example `Postgres`. */
  readonly label: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Another user to run as; only root can ask for it. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** The polite signal: `INT` is Postgres' fast shutdown, `TERM` is right for most. */
  readonly stopSignal: 'INT' | 'TERM';
  /** Each line that the child writes. */
  readonly onLine?: (line: string) => void;
}

/** How a child ended. */
export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * Waits for its standard input. A line means that the server has ended; the end of the input means that the launcher is gone (kill -9
 * too, since the kernel closes the pipe), and then it ends the server: politely, after 4 s by force.
 */
const GUARDIAN = [
  'trap "" INT TERM HUP',
  'if read -r _; then exit 0; fi',
  'kill -s "$1" "$2" 2>/dev/null',
  'i=0',
  'while kill -0 "$2" 2>/dev/null && [ "$i" -lt 40 ]; do sleep 0.1; i=$((i+1)); done',
  'kill -s KILL "$2" 2>/dev/null',
].join('\n');

/**
 * A server process that does not outlive this one. It has its own process group, so that Ctrl+C in the terminal reaches the launcher
 * only, which then stops everything in order.
 */
export class GuardedChild {
  readonly pid: number;
  readonly exited: Promise<ChildExit>;
  private ended: ChildExit | undefined;

  private constructor(
    private readonly child: ChildProcess,
    pid: number,
    private readonly options: GuardedChildOptions,
  ) {
    this.pid = pid;
    const guardian = spawn('/bin/sh', ['-c', GUARDIAN, 'guardian', options.stopSignal, String(pid)], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    // The guardian may end first (a crash of the whole machine is coming): that is no reason to crash here.
    guardian.on('error', () => undefined);
    guardian.stdin.on('error', () => undefined);
    guardian.unref();
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.ended = { code, signal };
        guardian.stdin.end('ended\n');
        resolve(this.ended);
      });
    });
  }

  /** Throws a LocalServiceError when the program cannot be run at all. */
  static async start(options: GuardedChildOptions): Promise<GuardedChild> {
    const child = spawn(options.command, [...options.args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      cwd: options.cwd,
      env: options.env ?? process.env,
      ...(options.user === undefined ? {} : options.user),
    });
    // An unheard 'error' event would end this process.
    const failed = once(child, 'error').then(([error]: unknown[]) => error);
    const { pid } = child;
    if (pid === undefined) throw new LocalServiceError(`${options.label} cannot be run (${options.command}): ${reasonOf(await failed)}.`);
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => options.onLine?.(line));
    }
    return new GuardedChild(child, pid, options);
  }

  get hasExited(): boolean {
    return this.ended !== undefined;
  }

  kill(signal: NodeJS.Signals): void {
    if (!this.hasExited) this.child.kill(signal);
  }

  /** Polite, then by force after `budgetMilliseconds`. */
  async stop(budgetMilliseconds: number): Promise<void> {
    this.kill(this.options.stopSignal === 'INT' ? 'SIGINT' : 'SIGTERM');
    const timer = setTimeout(() => this.kill('SIGKILL'), budgetMilliseconds);
    await this.exited;
    clearTimeout(timer);
  }
}

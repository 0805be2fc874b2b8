import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { MARK, ProcessTree } from './process-tree.js';
import type { Supervise, Supervised } from './supervisor-messages.js';

const WATCH_MILLISECONDS = 500;
const PRLIMIT = '/usr/bin/prlimit';
const GIBIBYTE = 1024 ** 3;
/** Threads count too, and the kernel counts all of the user's. Does not bind root. */
const PROCESSES_OF_USER = 4096;

type Verdict = NonNullable<Supervised['verdict']>;

/** Runs one program within its limits, and leaves nothing of it behind. */
export class Supervisor {
  private tree: ProcessTree | null = null;
  private child: ChildProcess | null = null;
  private order: Supervise | null = null;
  private verdict: Verdict | null = null;
  private isOver = false;
  private watch: NodeJS.Timeout | null = null;
  private watching = false;
  private readonly startedAt = performance.now();

  constructor(private readonly tell: (ended: Supervised) => void) {}

  start(order: Supervise): void {
    this.order = order;
    this.tree = new ProcessTree(order.token, () => this.child?.pid ?? null);
    const [program = '', ...args] = limited(order.command);
    // Its own process group. Standard output and error are this process's own, which the service reads.
    this.child = spawn(program, args, { cwd: order.cwd, env: { ...order.environment, [MARK]: order.token }, detached: true, stdio: ['ignore', 'inherit', 'inherit'] });
    this.child.once('error', (error) => void this.over(null, null, { code: 'trainer-unavailable', detail: `The trainer's program cannot be started (${'code' in error ? String(error.code) : 'unknown'}).` }));
    this.child.once('exit', (code, signal) => void this.over(code, signal, null));
    this.watch = setInterval(() => void this.look(order), WATCH_MILLISECONDS);
  }

  /** SIGTERM to the group, and after the grace the end of all. */
  stop(): void {
    if (this.order === null || this.isOver) return;
    this.tree?.signalGroup('SIGTERM');
    // A stopped one cannot hear it.
    this.tree?.signalGroup('SIGCONT');
    setTimeout(() => void this.end(), this.order.graceMilliseconds).unref();
  }

  /** Everything, now. */
  async end(): Promise<void> {
    await this.tree?.end();
  }

  private async look({ memoryLimitBytes, maxProcesses, timeLimitSeconds }: Supervise): Promise<void> {
    if (this.watching || this.isOver || this.tree === null) return;
    this.watching = true;
    const { processes, residentBytes } = await this.tree.facts();
    this.watching = false;
    if ((performance.now() - this.startedAt) / 1000 > timeLimitSeconds) this.condemn({ code: 'trainer-time-limit', detail: `The trainer took more than the ${timeLimitSeconds} seconds that it may take.` });
    else if (processes > maxProcesses) this.condemn({ code: 'trainer-processes', detail: `The trainer started more than the ${maxProcesses} processes that it may have.` });
    else if (residentBytes > memoryLimitBytes) this.condemn({ code: 'engine-out-of-memory', detail: `The trainer took ${gibibytes(residentBytes)} GiB of memory, more than the ${gibibytes(memoryLimitBytes)} GiB it may take.` });
  }

  private condemn(verdict: Verdict): void {
    if (this.isOver) return;
    this.verdict ??= verdict;
    void this.end();
  }

  private async over(code: number | null, signal: NodeJS.Signals | null, verdict: Verdict | null): Promise<void> {
    if (this.isOver) return;
    this.isOver = true;
    if (this.watch !== null) clearInterval(this.watch);
    // What it started in the background holds the pipes, and goes with it.
    await this.end();
    this.tell({ kind: 'ended', code, signal, verdict: this.verdict ?? verdict });
  }
}

/** No core dumps, and a bound on processes that holds between two looks. */
function limited(command: readonly string[]): readonly string[] {
  return existsSync(PRLIMIT) ? [PRLIMIT, '--core=0', ...(process.getuid?.() === 0 ? [] : [`--nproc=${PROCESSES_OF_USER}`]), '--', ...command] : command;
}

const gibibytes = (bytes: number): string => (bytes / GIBIBYTE).toFixed(2);

import { fork, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalServiceError } from '@app/local-services';
import type { ProcessLog } from './process-log.js';

export interface SupervisedProcessOptions {
  /** What the sentences call it. */
  readonly label: string;
  readonly entry: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Answers 200 when the process can work. */
  readonly readyUrl: string;
  readonly output: ProcessLog;
  readonly log: (sentence: string) => void;
  /** Called with each process that was started. */
  readonly onSpawn: (pid: number) => void;
  /** Called once when it crashes too often. */
  readonly onGivenUp: (sentence: string) => void;
}

const READY_WITHIN_MILLISECONDS = 90_000;
/** A process that ran for less than this crashed fast. */
const FAST_CRASH_MILLISECONDS = 20_000;
const MOST_FAST_CRASHES = 5;
const STOP_BUDGET_MILLISECONDS = 13_000;
/** sysexits.h EX_CONFIG: a restart does not help. */
const EXIT_CONFIG = 78;

/** A child process with a channel to us (it ends when the channel does), started again with growing pauses when it crashes. */
export class SupervisedProcess {
  private child: ChildProcess | undefined;
  private stopping = false;
  private fastCrashes = 0;

  constructor(private readonly options: SupervisedProcessOptions) {}

  /** Starts it and waits until it is ready. */
  async start(): Promise<void> {
    const child = this.spawn();
    const { label, output, readyUrl } = this.options;
    const end = Date.now() + READY_WITHIN_MILLISECONDS;
    while (Date.now() < end && !this.stopping) {
      if (child.exitCode !== null || child.signalCode !== null) {
        this.stopping = true;
        throw new LocalServiceError(`${output.lastWords()}${label} ended while starting; all that it said is in ${output.path}.`);
      }
      if (await isReady(readyUrl)) return;
      await sleep(100);
    }
    throw new LocalServiceError(`${label} does not become ready (${readyUrl}); what it says is in ${output.path}.`);
  }

  async stop(): Promise<void> {
    this.stopping = true;
    const { child } = this;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_BUDGET_MILLISECONDS);
      await ended;
      clearTimeout(timer);
    }
    this.options.output.close();
  }

  private spawn(): ChildProcess {
    const startedAt = Date.now();
    const child = fork(this.options.entry, [], {
      // Its own group: Ctrl+C reaches the launcher only, which stops all parts in order.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], TMPDIR: process.env['TMPDIR'], ...this.options.environment },
    });
    this.child = child;
    this.options.output.follow(child.stdout, child.stderr);
    if (child.pid !== undefined) this.options.onSpawn(child.pid);
    child.on('error', (error) => this.options.log(`${this.options.label}: ${error.message}`));
    child.once('exit', (code, signal) => void this.onExit({ code, signal, ranMilliseconds: Date.now() - startedAt }));
    return child;
  }

  private async onExit(exit: { code: number | null; signal: string | null; ranMilliseconds: number }): Promise<void> {
    // During start() the flag is set there, in the loop that sees the exit.
    await sleep(200);
    if (this.stopping) return;
    const { label, output } = this.options;
    this.fastCrashes = exit.ranMilliseconds < FAST_CRASH_MILLISECONDS ? this.fastCrashes + 1 : 1;
    const how = exit.signal ?? `code ${exit.code ?? '?'}`;
    if (this.fastCrashes > MOST_FAST_CRASHES || exit.code === EXIT_CONFIG) {
      this.options.onGivenUp(`${output.lastWords()}${label} ended (${how}) and cannot be started again; what it said is in ${output.path}.`);
      return;
    }
    const pauseMilliseconds = Math.min(10_000, 250 * 2 ** this.fastCrashes);
    this.options.log(`${output.lastWords()}${label} ended (${how}); starting it again. What it said is in ${output.path}.`);
    await sleep(pauseMilliseconds);
    if (!this.stopping) this.spawn();
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    await answer.body?.cancel();
    return answer.status === 200;
  } catch {
    return false;
  }
}

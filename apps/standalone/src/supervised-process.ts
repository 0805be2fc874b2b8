import { fork, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalServiceError } from '@app/local-services';

export interface SupervisedProcessOptions {
  /** What the sentences call it. */
  readonly label: string;
  readonly entry: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Answers 200 when the process can work. */
  readonly readyUrl: string;
  readonly onLine: (text: Buffer) => void;
  readonly log: (sentence: string) => void;
  /** Called once when it crashes too often. */
  readonly onGivenUp: (sentence: string) => void;
}

const READY_WITHIN_MILLISECONDS = 90_000;
/** A process that ran for less than this crashed fast. */
const FAST_CRASH_MILLISECONDS = 20_000;
const MOST_FAST_CRASHES = 5;
const STOP_BUDGET_MILLISECONDS = 12_000;

/** A child process with a channel to us (it ends when the channel does), started again with growing pauses when it crashes. */
export class SupervisedProcess {
  private child: ChildProcess | undefined;
  private stopping = false;
  private fastCrashes = 0;

  constructor(private readonly options: SupervisedProcessOptions) {}

  /** Starts it and waits until it is ready. */
  async start(): Promise<void> {
    const child = this.spawn();
    const end = Date.now() + READY_WITHIN_MILLISECONDS;
    while (Date.now() < end && !this.stopping) {
      if (child.exitCode !== null || child.signalCode !== null) {
        this.stopping = true;
        throw new LocalServiceError(`${this.options.label} ended while starting; its last lines are above.`);
      }
      if (await isReady(this.options.readyUrl)) return;
      await sleep(100);
    }
    throw new LocalServiceError(`${this.options.label} does not become ready (${this.options.readyUrl}).`);
  }

  async stop(): Promise<void> {
    this.stopping = true;
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_BUDGET_MILLISECONDS);
    await ended;
    clearTimeout(timer);
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
    child.stdout?.on('data', this.options.onLine);
    child.stderr?.on('data', this.options.onLine);
    child.on('error', (error) => this.options.log(`${this.options.label}: ${error.message}`));
    child.once('exit', (code, signal) => void this.onExit({ code, signal, ranMilliseconds: Date.now() - startedAt }));
    return child;
  }

  private async onExit(exit: { code: number | null; signal: string | null; ranMilliseconds: number }): Promise<void> {
    // During start() the flag is set there, in the loop that sees the exit.
    await sleep(200);
    if (this.stopping) return;
    this.fastCrashes = exit.ranMilliseconds < FAST_CRASH_MILLISECONDS ? this.fastCrashes + 1 : 1;
    const how = exit.signal ?? `code ${exit.code ?? '?'}`;
    if (this.fastCrashes > MOST_FAST_CRASHES) {
      this.options.onGivenUp(`${this.options.label} ended ${this.fastCrashes} times in a row (${how}); giving up.`);
      return;
    }
    const pauseMilliseconds = Math.min(10_000, 250 * 2 ** this.fastCrashes);
    this.options.log(`${this.options.label} ended (${how}); starting it again in ${pauseMilliseconds} ms.`);
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

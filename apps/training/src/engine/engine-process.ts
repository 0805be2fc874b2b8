import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TrainingLog } from '../training-log.js';
import { relayLines } from './child-lines.js';
import { fromChildSchema, type FromChild, type StartMessage, type ToChild } from './child/child-messages.js';

export interface EngineProcessOptions {
  /** The child's program. Default: the one beside this file. */
  readonly entry?: string;
  /** Between asking to stop, SIGTERM and SIGKILL. 2 s: a step takes far below a second. */
  readonly graceMilliseconds?: number;
  /** A child that is not heard of for so long hangs. 2 min: it beats every 5 s, and no single step or file takes a tenth of this. */
  readonly silenceMilliseconds?: number;
  /** Memory that the child may take. 6 GiB: the largest step that the hyperparameters allow fits, and the machine is not swapped to death. */
  readonly maxResidentBytes?: number;
  /** Gets what the child says on its standard error; without it that goes where the service's goes. */
  readonly log?: TrainingLog;
}

/** What has come of a run so far. */
interface Outcome {
  last: FromChild | null;
  failure: { readonly error: unknown } | null;
  handling: Promise<void>;
}

const GIBIBYTE = 1024 ** 3;
const MAX_DETAIL_LENGTH = 300;

/** A training in a process of its own. */
export class EngineProcess {
  private readonly child: ChildProcess;
  /** Resolves, never rejects, when the child is gone; what is known of the cause. */
  private readonly exited: Promise<string>;
  private readonly graceMilliseconds: number;
  private readonly silenceMilliseconds: number;
  private readonly maxResidentBytes: number;
  private isGone = false;
  private heardAt = performance.now();
  /** Why this side ended the child: goes before whatever the child said. */
  private verdict: FromChild | null = null;

  constructor(options: EngineProcessOptions = {}) {
    const { entry = fileURLToPath(new URL('./child/engine-child.main.js', import.meta.url)), graceMilliseconds = 2_000, silenceMilliseconds = 120_000, maxResidentBytes = 6 * GIBIBYTE } = options;
    this.graceMilliseconds = graceMilliseconds;
    this.silenceMilliseconds = silenceMilliseconds;
    this.maxResidentBytes = maxResidentBytes;
    // No secret goes along: the child needs none.
    this.child = fork(entry, [], { env: { PATH: process.env['PATH'] }, execArgv: ['--max-old-space-size=2048'], stdio: ['ignore', 'ignore', options.log === undefined ? 'inherit' : 'pipe', 'ipc'] });
    if (options.log !== undefined) relayLines(this.child.stderr, options.log);
    this.exited = this.exitOf(this.child);
  }

  /** Starts and hands on what the child tells, in order. Resolves with its last word; a child that ends without one has failed. */
  async run(start: StartMessage, onMessage: (message: FromChild) => Promise<void>): Promise<FromChild> {
    const outcome: Outcome = { last: null, failure: null, handling: Promise.resolve() };
    this.child.on('message', (raw) => {
      const message = this.heard(raw);
      if (message === null) return;
      if (message.kind === 'done' || message.kind === 'stopped' || message.kind === 'failed') outcome.last = message;
      else this.handOn(message, onMessage, outcome);
    });
    this.heardAt = performance.now();
    const watch = setInterval(() => this.checkSilence(), Math.min(5_000, this.silenceMilliseconds / 4));
    try {
      this.send(start);
      const cause = await this.exited;
      await outcome.handling;
      if (outcome.failure !== null) throw outcome.failure.error;
      return this.verdict ?? outcome.last ?? crashed(`The process that trains ended by itself (${cause}).`);
    } finally {
      clearInterval(watch);
    }
  }

  /** Asks, then SIGTERM, then SIGKILL. Resolves when the child is gone. */
  async stop(): Promise<void> {
    if (this.isGone) return;
    this.send({ kind: 'stop' });
    const timers = [setTimeout(() => this.child.kill('SIGTERM'), this.graceMilliseconds), setTimeout(() => this.child.kill('SIGKILL'), 2 * this.graceMilliseconds)];
    await this.exited;
    timers.forEach(clearTimeout);
  }

  /** One after the other; where one cannot be taken the rest is not, and the child ends. */
  private handOn(message: FromChild, onMessage: (message: FromChild) => Promise<void>, outcome: Outcome): void {
    outcome.handling = outcome.handling
      .then(() => (outcome.failure === null ? onMessage(message) : undefined))
      .catch((error: unknown) => {
        outcome.failure ??= { error };
        void this.stop();
      });
  }

  /** Null for what is not handed on: a sign of life, or what is no message at all. */
  private heard(raw: unknown): FromChild | null {
    this.heardAt = performance.now();
    if (this.verdict !== null) return null;
    const parsed = fromChildSchema.safeParse(raw);
    if (!parsed.success) {
      this.kill(crashed(`The process that trains said what cannot be understood: ${parsed.error.issues[0]?.message ?? 'no message'}.`.slice(0, MAX_DETAIL_LENGTH)));
      return null;
    }
    if (parsed.data.kind !== 'alive') return parsed.data;
    if (parsed.data.residentBytes > this.maxResidentBytes) this.kill(outOfMemory(parsed.data.residentBytes, this.maxResidentBytes));
    return null;
  }

  private checkSilence(): void {
    const silence = performance.now() - this.heardAt;
    if (silence > this.silenceMilliseconds) this.kill(crashed(`The process that trains said nothing for ${Math.round(silence / 1000)} s.`));
  }

  /** At once: what hangs or has gone wild does not listen. */
  private kill(verdict: FromChild): void {
    this.verdict ??= verdict;
    this.child.kill('SIGKILL');
  }

  private send(message: ToChild): void {
    // A child that is just dying cannot be told; its exit says all there is to know.
    if (this.child.connected) this.child.send(message, () => undefined);
  }

  private exitOf(child: ChildProcess): Promise<string> {
    return new Promise((resolve) => {
      const gone = (cause: string): void => {
        this.isGone = true;
        resolve(cause);
      };
      child.once('exit', (code, signal) => gone(signal ?? `exit code ${code ?? 'unknown'}`));
      // Without a listener an error of the channel would end the service. Only a child that never began has no exit.
      child.on('error', (error) => {
        if (child.pid === undefined) gone(error.message);
      });
    });
  }
}

const crashed = (detail: string): FromChild => ({ kind: 'failed', code: 'engine-crashed', detail });

function outOfMemory(used: number, allowed: number): FromChild {
  const gibibytes = (bytes: number): string => (bytes / GIBIBYTE).toFixed(1);
  return { kind: 'failed', code: 'engine-out-of-memory', detail: `The training took ${gibibytes(used)} GiB of memory, more than the ${gibibytes(allowed)} GiB it may take. Choose a smaller batch or smaller images.` };
}

import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { AttemptFailure } from '../../jobs/attempt-errors.js';
import { fromChildSchema, type FromChild, type LookMessage, type Measured, type OpenMessage, type Refused, type Seen, type ToChild } from './inference-messages.js';
import type { TrainingLog } from '../../training-log.js';
import { relayLines } from '../child-lines.js';
import type { InferenceRun } from './inference-run.js';

export interface InferenceProcessOptions {
  /** The child's program. Default: the one beside this file. */
  readonly entry?: string;
  /** For one answer: a large model takes seconds to load, and no image takes a tenth of this. */
  readonly answerMilliseconds?: number;
  readonly maxResidentBytes?: number;
  readonly graceMilliseconds?: number;
  /** Gets what the child says on its standard error. */
  readonly log?: TrainingLog;
}

interface Waiting {
  readonly isAnswer: (message: FromChild) => boolean;
  readonly resolve: (message: FromChild) => void;
  readonly reject: (error: AttemptFailure) => void;
  readonly timer: NodeJS.Timeout;
}

const GIBIBYTE = 1024 ** 3;

/** A model in a process of its own, which is killed when it takes too long or too much. */
export class InferenceProcess implements InferenceRun {
  private readonly child: ChildProcess;
  private readonly waiting: Waiting[] = [];
  private readonly exited: Promise<void>;
  private readonly options: Required<Omit<InferenceProcessOptions, 'entry' | 'log'>>;
  private nextId = 1;
  private gone = false;
  private verdict: AttemptFailure | null = null;

  constructor({ entry = fileURLToPath(new URL('./inference-child.main.js', import.meta.url)), answerMilliseconds = 120_000, maxResidentBytes = 3 * GIBIBYTE, graceMilliseconds = 2_000, log }: InferenceProcessOptions = {}) {
    this.options = { answerMilliseconds, maxResidentBytes, graceMilliseconds };
    // No secret goes along: the child needs none.
    this.child = fork(entry, [], { env: { PATH: process.env['PATH'], MALLOC_ARENA_MAX: '2' }, execArgv: ['--max-old-space-size=1024'], stdio: ['ignore', 'ignore', log === undefined ? 'inherit' : 'pipe', 'ipc'] });
    if (log !== undefined) relayLines(this.child.stderr, log);
    this.child.on('message', (raw) => this.hear(raw));
    this.exited = new Promise((resolve) => {
      this.child.once('exit', (code, signal) => resolve(this.end(signal ?? `exit code ${code ?? 'unknown'}`)));
      this.child.on('error', (error) => {
        if (this.child.pid === undefined) resolve(this.end(error.message));
      });
    });
  }

  get isGone(): boolean {
    return this.gone;
  }

  async open(model: Omit<OpenMessage, 'kind'>): Promise<void> {
    await this.ask({ kind: 'open', ...model }, (message) => message.kind === 'opened');
  }

  async look(image: Omit<LookMessage, 'kind' | 'id'>): Promise<Seen | Refused> {
    const id = (this.nextId += 1);
    const said = await this.ask({ kind: 'look', id, ...image }, (message) => (message.kind === 'seen' || message.kind === 'refused') && message.id === id);
    if (said.kind !== 'seen' && said.kind !== 'refused') throw crashed('The process that uses the model answered something else.');
    return said;
  }

  async measure(): Promise<Measured> {
    const said = await this.ask({ kind: 'measure' }, (message) => message.kind === 'measured');
    if (said.kind !== 'measured') throw crashed('The process that uses the model answered something else.');
    return said.result;
  }

  async stop(): Promise<void> {
    if (this.gone) return;
    if (this.child.connected) this.child.send({ kind: 'stop' } satisfies ToChild, () => undefined);
    const timer = setTimeout(() => this.child.kill('SIGKILL'), this.options.graceMilliseconds);
    await this.exited;
    clearTimeout(timer);
  }

  private ask(message: ToChild, isAnswer: Waiting['isAnswer']): Promise<FromChild> {
    if (this.gone) return Promise.reject(this.verdict ?? crashed('The process that uses the model is gone.'));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.kill(crashed('The process that uses the model took too long for an answer.')), this.options.answerMilliseconds);
      this.waiting.push({ isAnswer, resolve, reject, timer });
      if (this.child.connected) this.child.send(message, () => undefined);
    });
  }

  private hear(raw: unknown): void {
    const parsed = fromChildSchema.safeParse(raw);
    if (!parsed.success) return this.kill(crashed('The process that uses the model said what cannot be understood.'));
    const message = parsed.data;
    if (message.kind === 'alive') {
      if (message.residentBytes > this.options.maxResidentBytes) this.kill(new AttemptFailure('engine-out-of-memory', 'Using the model takes more memory than it may.', { retryable: false }));
      return;
    }
    const at = this.waiting.findIndex((one) => message.kind === 'failed' || one.isAnswer(message));
    const [waiting] = at === -1 ? [] : this.waiting.splice(at, 1);
    if (waiting === undefined) return;
    clearTimeout(waiting.timer);
    if (message.kind === 'failed') waiting.reject(new AttemptFailure(message.code, message.detail, { retryable: false }));
    else waiting.resolve(message);
  }

  private kill(verdict: AttemptFailure): void {
    this.verdict ??= verdict;
    this.child.kill('SIGKILL');
  }

  private end(cause: string): void {
    this.gone = true;
    this.verdict ??= crashed(`The process that uses the model ended by itself (${cause}).`);
    for (const { reject, timer } of this.waiting.splice(0)) {
      clearTimeout(timer);
      reject(this.verdict);
    }
  }
}

const crashed = (detail: string): AttemptFailure => new AttemptFailure('engine-crashed', detail, { retryable: true });

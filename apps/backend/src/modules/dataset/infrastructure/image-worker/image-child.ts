import { fork, type ChildProcess } from 'node:child_process';
import type { StoreMeter } from '@app/object-store';
import type { ChildLimits } from './image-child-program.js';
import { fromChildSchema, type ChildStoreOptions, type FromChild, type ImageJob, type ImageOutcome, type Phase, type ToChild } from './image-child-messages.js';

/** What came of an image: the child's word, or that the child is gone and whether it was busy decoding this very image. */
export type ChildAnswer = ImageOutcome | { readonly kind: 'died'; readonly decoding: boolean; readonly cause: string; readonly verdict: 'time' | 'memory' | null };

export interface ImageChildOptions {
  readonly entry: string;
  readonly store: ChildStoreOptions;
  readonly limits: ChildLimits;
  readonly meter: Pick<StoreMeter, 'count'>;
}

interface Pending {
  phase: Phase;
  since: number;
  readonly answer: (answer: ChildAnswer) => void;
}

/** Heap of JavaScript, MB: pixels lie outside of it. */
const HEAP_MEGABYTES = 256;
const WATCH_MILLISECONDS = 250;

/** One process that decodes, with a few images in flight: while one is decoded, the next is read and the last is written. */
export class ImageChild {
  readonly pid: number | undefined;
  private readonly child: ChildProcess;
  private readonly pending = new Map<number, Pending>();
  private readonly watch: NodeJS.Timeout;
  private readonly exited: Promise<void>;
  private gone = false;
  private stopping = false;
  private cause = '';
  private verdict: 'time' | 'memory' | null = null;
  private residentBytes = 0;

  constructor(private readonly options: ImageChildOptions) {
    // No secret goes along by environment. Fewer arenas: what a decoder gives back is used again.
    const env = { PATH: process.env['PATH'], MALLOC_ARENA_MAX: '2' };
    this.child = fork(options.entry, [], { env, execArgv: [`--max-old-space-size=${HEAP_MEGABYTES}`], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    this.pid = this.child.pid;
    this.child.on('message', (raw) => this.hear(raw));
    this.exited = new Promise((resolve) => {
      this.child.once('exit', (code, signal) => resolve(this.end(signal ?? `exit code ${code ?? 'unknown'}`)));
      // Without a listener an error of the channel would end this process. Only a child that never began has no exit.
      this.child.on('error', (error) => {
        if (this.child.pid === undefined) resolve(this.end(error.message));
      });
    });
    this.watch = setInterval(() => this.checkTime(), WATCH_MILLISECONDS);
    this.watch.unref();
    this.send({ kind: 'open', store: options.store });
  }

  get isGone(): boolean {
    return this.gone;
  }

  /** Memory of the last sign of life: a child that has grown is replaced between two images. */
  get isBloated(): boolean {
    return this.residentBytes > this.options.limits.maxResidentBytes / 2;
  }

  process(job: ImageJob): Promise<ChildAnswer> {
    if (this.gone) return Promise.resolve(this.died(false));
    return new Promise((answer) => {
      this.pending.set(job.id, { phase: 'reading', since: performance.now(), answer });
      this.send({ kind: 'image', job });
    });
  }

  /** Asks, and kills when it does not go. What is in flight then is no image's fault. */
  async stop(): Promise<void> {
    if (this.gone) return;
    this.stopping = true;
    this.send({ kind: 'stop' });
    const timer = setTimeout(() => this.child.kill('SIGKILL'), this.options.limits.stopMilliseconds);
    await this.exited;
    clearTimeout(timer);
  }

  private hear(raw: unknown): void {
    const parsed = fromChildSchema.safeParse(raw);
    // Whoever babbles has been taken over by what it decodes.
    if (!parsed.success) return this.kill(null);
    this.take(parsed.data);
  }

  private take(message: FromChild): void {
    switch (message.kind) {
      case 'phase': {
        const pending = this.pending.get(message.id);
        if (pending !== undefined) Object.assign(pending, { phase: message.phase, since: performance.now() });
        return;
      }
      case 'outcome':
        this.pending.get(message.id)?.answer(message.outcome);
        this.pending.delete(message.id);
        return;
      case 'asked':
        this.options.meter.count({ operation: message.operation, kind: message.answer, key: message.key });
        return;
      case 'alive':
        this.residentBytes = message.residentBytes;
        if (message.residentBytes > this.options.limits.maxResidentBytes) this.kill('memory');
        else if (message.decodingSeconds > this.options.limits.decodingCpuSeconds) this.kill('time');
    }
  }

  /** By this side's clock: a child that stands still says nothing. */
  private checkTime(): void {
    const { decodingMilliseconds, storeMilliseconds } = this.options.limits;
    for (const { phase, since } of this.pending.values()) {
      if (performance.now() - since > (phase === 'decoding' ? decodingMilliseconds : storeMilliseconds)) return this.kill(null);
    }
  }

  private kill(verdict: 'time' | 'memory' | null): void {
    this.verdict ??= verdict;
    this.child.kill('SIGKILL');
  }

  private end(cause: string): void {
    this.gone = true;
    this.cause = cause;
    clearInterval(this.watch);
    for (const { phase, answer } of this.pending.values()) answer(this.died(phase === 'decoding'));
    this.pending.clear();
  }

  private died(decoding: boolean): ChildAnswer {
    return { kind: 'died', decoding: decoding && !this.stopping, cause: this.cause, verdict: this.verdict };
  }

  private send(message: ToChild): void {
    // A child that is just dying cannot be told; its exit says all there is to know.
    if (this.child.connected) this.child.send(message, () => undefined);
  }
}

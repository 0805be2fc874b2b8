import type { EpochMetrics, TrainerLine, TrainerMetrics } from '@app/contracts';
import type { FromChild, OutputFile } from '../engine/child/child-messages.js';
import { AttemptFailure } from '../jobs/attempt-errors.js';
import type { Line } from './bounded-lines.js';
import { assertExamples } from './examples-file.js';
import type { OutputFiles } from './output-files.js';
import { readTrainerLine } from './trainer-line.js';
import type { TrainerLog } from './trainer-log.js';

export interface TrainerOutputParts {
  readonly epochs: number;
  readonly resumedFromEpoch: number;
  readonly trainImages: number;
  /** Extension of its models. */
  readonly modelFormat: string;
  readonly files: OutputFiles;
  /** Where taken files go. */
  readonly pathFor: (name: string) => string;
  readonly log: TrainerLog;
}

/** How the program came to its end. `verdict`: why we ended it. */
export interface TrainerExit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly verdict: { readonly code: string; readonly detail: string } | null;
}

type Hear = (message: FromChild) => Promise<void>;
type LineOf<T extends TrainerLine['type']> = Extract<TrainerLine, { type: T }>;

/** A line may hold a confusion matrix of 400 classes. */
export const MOST_LINE_BYTES = 1024 * 1024;
/** sysexits.h EX_TEMPFAIL: another try may help. */
const EX_TEMPFAIL = 75;
const MOST_WORDS = 300;

/** Reads what a trainer says, line by line, and holds it to the contract. What is no message is a line of the log. */
export class TrainerOutput {
  private lastEpoch: number;
  private best: { readonly epoch: number; readonly value: number } | null = null;
  private done: { readonly bestEpoch: number; readonly model?: OutputFile; readonly examples?: OutputFile } | null = null;
  private failed: LineOf<'failed'> | null = null;
  private epochSince = performance.now();

  constructor(private readonly parts: TrainerOutputParts) {
    this.lastEpoch = parts.resumedFromEpoch;
  }

  /** Resolves when everything that follows from the line is done, so that a trainer is not read faster than its files are taken. */
  async take(text: Line, hear: Hear): Promise<void> {
    if (text === null) return this.parts.log.add(`a line of more than ${MOST_LINE_BYTES} bytes was left out`, 'warn');
    const read = readTrainerLine(text);
    switch (read.kind) {
      case 'text':
        return this.parts.log.add(text);
      case 'wrong':
        if (read.type === 'epoch' || read.type === 'done') throw broken(`its line of the type ${read.type} is wrong: ${read.reason}`);
        return this.parts.log.add(`a line of the type ${read.type} was not understood: ${read.reason}`, 'warn');
      case 'line':
        return this.message(read.line, read.nonFinite, hear);
    }
  }

  /** The last word, from what was said and how the program ended. */
  conclude(exit: TrainerExit): FromChild {
    const { log } = this.parts;
    log.end();
    if (exit.verdict !== null) return { kind: 'failed', ...exit.verdict };
    if (this.failed !== null) return { kind: 'failed', code: this.failed.retryable ? 'unavailable' : 'trainer-failed', detail: `The trainer says: ${this.failed.message.slice(0, MOST_WORDS)}` };
    const isClean = exit.code === 0;
    if (this.done !== null) {
      if (!isClean) log.add(`the trainer was done, then ended with ${causeOf(exit)}`, 'warn');
      return { kind: 'done', lastEpoch: this.lastEpoch, examples: null, ...this.done };
    }
    if (!isClean) return crash(exit, log.last);
    if (this.best === null) return { kind: 'failed', code: 'trainer-no-result', detail: 'The trainer ended without an epoch.' };
    return { kind: 'done', bestEpoch: this.best.epoch, lastEpoch: this.lastEpoch, examples: null };
  }

  private async message(line: TrainerLine, nonFinite: boolean, hear: Hear): Promise<void> {
    if (this.done !== null) return this.parts.log.add(`a line of the type ${line.type} came behind the end`, 'warn');
    switch (line.type) {
      case 'log':
        return this.parts.log.add(line.message, line.level);
      case 'progress':
        return this.progress(line, hear);
      case 'epoch':
        return this.epoch(line, nonFinite, hear);
      case 'done':
        return this.end(line);
      case 'failed':
        this.failed ??= line;
        return;
    }
  }

  private async progress(line: LineOf<'progress'>, hear: Hear): Promise<void> {
    // Of another epoch than the running one: it would make the bar jump.
    if (line.epoch !== this.lastEpoch + 1) return;
    if (line.phase === 'evaluating') return hear({ kind: 'evaluating', epoch: line.epoch });
    const steps = 1000;
    return hear({ kind: 'step', epoch: line.epoch, step: Math.round(line.fraction * steps), steps, loss: null, imagesPerSecond: Math.max(0, line.images_per_second ?? 0) });
  }

  private async epoch({ metrics, checkpoint, model }: LineOf<'epoch'>, nonFinite: boolean, hear: Hear): Promise<void> {
    const { epoch } = metrics;
    if (epoch !== this.lastEpoch + 1) throw broken(`it told epoch ${epoch} behind epoch ${this.lastEpoch}`);
    if (epoch > this.parts.epochs) throw broken(`it told epoch ${epoch} of ${this.parts.epochs}`);
    const whole = this.complete(metrics, nonFinite);
    const state = checkpoint === undefined ? null : await this.takeFile(checkpoint, `checkpoint-epoch-${epoch}.ckpt`);
    const taken = model === undefined ? null : await this.takeFile(model, `checkpoint-epoch-${epoch}.${this.parts.modelFormat}`);
    this.lastEpoch = epoch;
    const value = metrics.primary_value ?? -1;
    if (this.best === null || value > this.best.value) this.best = { epoch, value };
    await hear({ kind: 'epoch', metrics: whole, state, model: taken });
    this.epochSince = performance.now();
  }

  private async end({ best_epoch: told, model, examples }: LineOf<'done'>): Promise<void> {
    const bestEpoch = told ?? this.best?.epoch;
    if (bestEpoch === undefined) throw broken('it was done without an epoch, and named no best one');
    if (bestEpoch > this.lastEpoch) throw broken(`it named epoch ${bestEpoch} the best, but told ${this.lastEpoch}`);
    const shown = examples === undefined ? undefined : await this.takeExamples(examples);
    const final = model === undefined ? undefined : await this.takeFile(model, `final.${this.parts.modelFormat}`);
    this.done = { bestEpoch, ...(final && { model: final }), ...(shown && { examples: shown }) };
  }

  /** The copy is read, which the trainer's later writing does not reach. */
  private async takeExamples(name: string): Promise<OutputFile> {
    const taken = await this.takeFile(name, 'validation-examples.ndjson');
    await assertExamples(taken);
    return taken;
  }

  private takeFile(name: string, as: string): Promise<OutputFile> {
    return this.parts.files.take(name, this.parts.pathFor(as));
  }

  /** What the trainer left out: measured here, or null. */
  private complete(metrics: TrainerMetrics, nonFinite: boolean): EpochMetrics {
    const wallSeconds = metrics.wall_seconds ?? (performance.now() - this.epochSince) / 1000;
    return {
      ...{ train_loss: null, val_loss: null, scores: {}, learning_rate: 0, cpu_seconds: 0 },
      images_per_second: wallSeconds > 0 ? this.parts.trainImages / wallSeconds : 0,
      ...metrics,
      wall_seconds: wallSeconds,
      ...(nonFinite ? { non_finite: true } : {}),
    };
  }
}

function crash(exit: TrainerExit, lastLine: string): FromChild {
  // A signal from outside, such as the kernel's for want of memory, or the trainer's own word: another try may help.
  const code = exit.signal !== null ? 'engine-crashed' : exit.code === EX_TEMPFAIL ? 'unavailable' : 'trainer-failed';
  return { kind: 'failed', code, detail: `The trainer ended with ${causeOf(exit)}${lastLine === '' ? '.' : `: ${lastLine.slice(0, MOST_WORDS)}`}` };
}

const causeOf = ({ code, signal }: TrainerExit): string => signal ?? `exit code ${code ?? 'unknown'}`;

function broken(why: string): AttemptFailure {
  return new AttemptFailure('trainer-protocol', `The trainer does not keep to the contract: ${why.slice(0, MOST_WORDS)}.`, { retryable: false });
}

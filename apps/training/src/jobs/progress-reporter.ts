import { trainingProgressedV1, type EpochMetrics, type TrainingProgressedV1 } from '@app/contracts';
import type { LogTail } from './log-tail.js';
import type { ReportJournal } from './report-journal.js';

export type Phase = TrainingProgressedV1['phase'];

export interface ProgressFacts {
  readonly phase: Phase;
  readonly epoch: number;
  /** Of the phase's own work, 0..1. */
  readonly fraction: number;
  readonly imagesPerSecond: number | null;
}

/** Parts of the whole that lie before and behind the epochs. */
const PREPARING_SHARE = 0.05;
const FINISHING_SHARE = 0.02;

/** Reports where the job is, at most once a second apart from what must not be lost: the figures of an epoch. */
export class ProgressReporter {
  private lastReport = 0;
  private trainingSince: { readonly at: number; readonly progress: number } | null = null;

  constructor(
    private readonly journal: ReportJournal,
    private readonly tail: LogTail,
    private readonly options: { readonly epochs: number; readonly leastMilliseconds: number },
  ) {}

  report(facts: ProgressFacts): void {
    if (Date.now() - this.lastReport < this.options.leastMilliseconds) return;
    this.send(facts, true);
  }

  /** The figures of an epoch; never left out, never replaced. */
  epochDone(metrics: EpochMetrics): void {
    this.send({ phase: 'evaluating', epoch: metrics.epoch, fraction: 1, imagesPerSecond: finiteOrNull(metrics.images_per_second) }, false, metrics);
  }

  private send(facts: ProgressFacts, replaceable: boolean, metrics?: EpochMetrics): void {
    this.lastReport = Date.now();
    const progress = this.overall(facts);
    const log = this.tail.takeFresh();
    this.journal.add({
      definition: trainingProgressedV1,
      replaceable,
      data: {
        phase: facts.phase,
        epoch: facts.epoch,
        epochs: this.options.epochs,
        progress,
        images_per_second: facts.imagesPerSecond === null ? null : finiteOrNull(facts.imagesPerSecond),
        seconds_left: this.secondsLeft(facts.phase, progress),
        ...(metrics === undefined ? {} : { metrics }),
        ...(log.length === 0 ? {} : { log }),
      },
    });
  }

  private overall({ phase, epoch, fraction }: ProgressFacts): number {
    const share = Math.min(1, Math.max(0, fraction));
    switch (phase) {
      case 'downloading':
      case 'decoding':
        return PREPARING_SHARE * share;
      case 'training':
      case 'evaluating':
        return PREPARING_SHARE + (1 - PREPARING_SHARE - FINISHING_SHARE) * Math.min(1, (Math.max(0, epoch - 1) + share) / this.options.epochs);
      case 'uploading':
        return 1 - FINISHING_SHARE + FINISHING_SHARE * share;
    }
  }

  /** By the pace since the training began in this attempt. */
  private secondsLeft(phase: Phase, progress: number): number | null {
    if (phase !== 'training' && phase !== 'evaluating') return null;
    this.trainingSince ??= { at: Date.now(), progress };
    const gained = progress - this.trainingSince.progress;
    if (gained <= 0) return null;
    return finiteOrNull((((Date.now() - this.trainingSince.at) / 1000) * (1 - progress)) / gained);
  }
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) && value >= 0 ? value : null;
}

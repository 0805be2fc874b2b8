import type { EpochMetrics } from '../../../api/types.js';
import type { RunsAxis } from './run-search.js';

/** Undefined: the run tells nothing at this x but goes on; null: its figure was not finite there, or the run does not reach so far. */
export type Figure = number | null | undefined;

/** `train_loss`, `val_loss`, or the name of a score. */
export type Measure = string;
export const LOSSES = ['train_loss', 'val_loss'] as const;

export interface AlignedRuns {
  /** Where any of the runs has an epoch, ascending. */
  readonly x: readonly number[];
  /** A row for each run, as long as `x`. */
  readonly figures: readonly (readonly Figure[])[];
}

type Metrics = readonly EpochMetrics[];

/** One measure of every run over the same x. Seconds are those that the run's epochs took, added up. */
export function alignRuns(runs: readonly Metrics[], measure: Measure, axis: RunsAxis): AlignedRuns {
  const points = runs.map((metrics) => pointsOf(metrics, measure, axis));
  const x = [...new Set(points.flatMap((one) => [...one.keys()]))].sort((a, b) => a - b);
  return { x, figures: points.map((one) => figuresAt(one, x)) };
}

function pointsOf(metrics: Metrics, measure: Measure, axis: RunsAxis): ReadonlyMap<number, number | null> {
  let seconds = 0;
  return new Map(
    metrics.map((one) => {
      seconds += one.wall_seconds;
      return [axis === 'epoch' ? one.epoch : seconds, figureOf(one, measure)];
    }),
  );
}

function figuresAt(points: ReadonlyMap<number, number | null>, x: readonly number[]): readonly Figure[] {
  const own = [...points.keys()];
  const [first, last] = [own[0] ?? Infinity, own.at(-1) ?? -Infinity];
  return x.map((at) => {
    const figure = points.get(at);
    return figure === undefined && (at < first || at > last) ? null : figure;
  });
}

/** Null where the epoch does not know the measure. */
export function figureOf(metrics: EpochMetrics, measure: Measure): number | null {
  if (measure === 'train_loss') return metrics.train_loss;
  if (measure === 'val_loss') return metrics.val_loss;
  return measure === metrics.primary_metric ? metrics.primary_value : (metrics.scores[measure] ?? null);
}

/** The scores that any of the runs knows: what counts first, then the others in the order of their first word. */
export function scoresOf(runs: readonly Metrics[]): readonly Measure[] {
  const last = runs.flatMap((metrics) => metrics.at(-1) ?? []);
  return [...new Set([...last.map((one) => one.primary_metric), ...last.flatMap((one) => Object.keys(one.scores))])];
}

/** Losses are better when they are small, scores when they are large. */
export const isLoss = (measure: Measure): boolean => /(?:^|_)loss$/.test(measure);

/** The first epoch with the best figure; null before there is one. */
export function bestEpoch(metrics: Metrics, measure: Measure): EpochMetrics | null {
  const sign = isLoss(measure) ? -1 : 1;
  const worth = (one: EpochMetrics | null): number => {
    const figure = one === null ? null : figureOf(one, measure);
    return figure === null ? -Infinity : figure * sign;
  };
  return metrics.reduce<EpochMetrics | null>((best, one) => (worth(one) > worth(best) ? one : best), null);
}

/** Where the best figures stand, all of equal ones; none where fewer than two can be compared or all are the same. */
export function bestPlaces(figures: readonly (number | null)[], least: boolean): readonly number[] {
  const known = figures.filter((one) => one !== null);
  const best = least ? Math.min(...known) : Math.max(...known);
  if (known.length < 2 || known.every((one) => one === best)) return [];
  return figures.flatMap((one, index) => (one === best ? [index] : []));
}

/** Images a second over all epochs; null before the first. */
export function throughput(metrics: Metrics): number | null {
  const seconds = metrics.reduce((sum, one) => sum + one.wall_seconds, 0);
  return seconds === 0 ? null : metrics.reduce((sum, one) => sum + one.images_per_second * one.wall_seconds, 0) / seconds;
}

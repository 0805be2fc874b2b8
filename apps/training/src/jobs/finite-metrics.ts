import type { EpochMetrics } from '@app/contracts';

/** JSON has no NaN: figures that are not finite become null (or 0 where the contract wants a number), and `non_finite` says so. */
export function finiteMetrics(metrics: EpochMetrics): EpochMetrics {
  let isBroken = metrics.non_finite === true;
  const orNull = (value: number | null): number | null => {
    if (value === null || Number.isFinite(value)) return value;
    isBroken = true;
    return null;
  };
  const orZero = (value: number): number => orNull(value) ?? 0;
  const cleaned: EpochMetrics = {
    ...metrics,
    train_loss: orNull(metrics.train_loss),
    val_loss: orNull(metrics.val_loss),
    primary_value: orNull(metrics.primary_value),
    scores: Object.fromEntries(Object.entries(metrics.scores).map(([name, value]) => [name, orNull(value)])),
    ...(metrics.per_class === undefined
      ? {}
      : { per_class: metrics.per_class.map((one) => ({ ...one, precision: orNull(one.precision), recall: orNull(one.recall), f1: orNull(one.f1) })) }),
    learning_rate: orZero(metrics.learning_rate),
    images_per_second: orZero(metrics.images_per_second),
    cpu_seconds: orZero(metrics.cpu_seconds),
    wall_seconds: orZero(metrics.wall_seconds),
  };
  return isBroken ? { ...cleaned, non_finite: true } : cleaned;
}

/** The broker takes 1 MiB a message, log lines included; a confusion matrix of 1,000 classes has more. */
const MAX_METRICS_CHARACTERS = 256 * 1024;

/** Leaves out the large tables where they do not fit into a report; metrics.json has them all the same. */
export function withinMessageSize(metrics: EpochMetrics): EpochMetrics {
  const fits = (one: EpochMetrics): boolean => JSON.stringify(one).length <= MAX_METRICS_CHARACTERS;
  if (fits(metrics)) return metrics;
  const { confusion_matrix: _matrix, ...withoutMatrix } = metrics;
  if (fits(withoutMatrix)) return withoutMatrix;
  const { per_class: _perClass, ...small } = withoutMatrix;
  return small;
}

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

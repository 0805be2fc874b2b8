import { epochMetricsSchema, type EpochMetrics } from '@app/contracts';
import { describe, expect, it } from 'vitest';
import { finiteMetrics, withinMessageSize } from './finite-metrics.js';

const metrics: EpochMetrics = {
  epoch: 1,
  train_loss: 0.5,
  val_loss: 0.6,
  primary_metric: 'accuracy',
  primary_value: 0.9,
  scores: { accuracy: 0.9 },
  per_class: [{ class_id: 0, precision: 1, recall: 1, f1: 1, support: 3 }],
  learning_rate: 0.001,
  images_per_second: 100,
  cpu_seconds: 1,
  wall_seconds: 1,
};

describe('finiteMetrics', () => {
  it('leaves finite figures alone', () => {
    expect(finiteMetrics(metrics)).toEqual(metrics);
  });

  it('turns every figure that is not finite into what the contract takes, and says so', () => {
    const broken: EpochMetrics = {
      ...metrics,
      train_loss: Number.NaN,
      val_loss: Number.POSITIVE_INFINITY,
      primary_value: Number.NaN,
      scores: { accuracy: Number.NaN },
      per_class: [{ class_id: 0, precision: Number.NaN, recall: 1, f1: Number.NaN, support: 3 }],
      images_per_second: Number.POSITIVE_INFINITY,
    };
    const cleaned = finiteMetrics(broken);
    expect(cleaned).toMatchObject({ train_loss: null, val_loss: null, primary_value: null, scores: { accuracy: null }, images_per_second: 0, non_finite: true });
    expect(cleaned.per_class?.[0]).toMatchObject({ precision: null, f1: null, recall: 1 });
    expect(epochMetricsSchema.safeParse(JSON.parse(JSON.stringify(cleaned))).success).toBe(true);
  });
});

describe('withinMessageSize', () => {
  it('keeps tables that fit and leaves out those that the broker would refuse', () => {
    const withMatrix = (classes: number): EpochMetrics => ({ ...metrics, confusion_matrix: Array.from({ length: classes }, () => Array.from({ length: classes }, () => 7)) });
    expect(withinMessageSize(withMatrix(100))).toEqual(withMatrix(100));
    const cut = withinMessageSize(withMatrix(1000));
    expect(cut.confusion_matrix).toBeUndefined();
    expect(cut.per_class).toEqual(metrics.per_class);
  });
});

import type { EpochMetrics } from '@app/contracts';

export interface ClassScore {
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
  /** Images that have the class. */
  readonly support: number;
}

export interface ClassificationResult {
  readonly loss: number;
  readonly primaryMetric: 'accuracy' | 'f1';
  readonly primaryValue: number;
  readonly scores: Readonly<Record<string, number | null>>;
  readonly perClass: readonly ClassScore[];
  readonly confusionMatrix: readonly (readonly number[])[] | null;
}

const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
const harmonic = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a + b === 0 ? 0 : (2 * a * b) / (a + b));
const mean = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
};

/** Gathers predictions of a validation pass. `probabilities` of one image, in the order of the class indices. */
export class ClassificationMetrics {
  private readonly matrix: number[][];
  private readonly counts: { truePositive: number; falsePositive: number; falseNegative: number }[];
  private images = 0;
  private exact = 0;
  private lossSum = 0;

  constructor(
    private readonly classCount: number,
    private readonly multiLabel: boolean,
  ) {
    this.matrix = Array.from({ length: classCount }, () => new Array<number>(classCount).fill(0));
    this.counts = Array.from({ length: classCount }, () => ({ truePositive: 0, falsePositive: 0, falseNegative: 0 }));
  }

  add(probabilities: Float32Array, truth: readonly number[]): void {
    this.images += 1;
    const predicted = this.multiLabel ? indicesAbove(probabilities, 0.5) : [largest(probabilities)];
    this.lossSum += this.lossOf(probabilities, truth);
    for (let index = 0; index < this.classCount; index += 1) this.count(index, { predicted: predicted.includes(index), actual: truth.includes(index) });
    if (predicted.length === truth.length && predicted.every((index) => truth.includes(index))) this.exact += 1;
    const row = this.matrix[truth[0] ?? -1];
    const column = predicted[0];
    if (!this.multiLabel && row !== undefined && column !== undefined) row[column] = (row[column] ?? 0) + 1;
  }

  result(): ClassificationResult {
    const perClass = this.counts.map(({ truePositive, falsePositive, falseNegative }): ClassScore => {
      const precision = ratio(truePositive, truePositive + falsePositive);
      const recall = ratio(truePositive, truePositive + falseNegative);
      return { precision, recall, f1: harmonic(precision, recall) ?? (truePositive + falseNegative > 0 ? 0 : null), support: truePositive + falseNegative };
    });
    const accuracy = ratio(this.exact, this.images);
    const f1 = mean(perClass.map((one) => one.f1));
    const scores = { accuracy, precision: mean(perClass.map((one) => one.precision)), recall: mean(perClass.map((one) => one.recall)), f1 };
    return {
      loss: this.images === 0 ? Number.NaN : this.lossSum / this.images,
      primaryMetric: this.multiLabel ? 'f1' : 'accuracy',
      primaryValue: (this.multiLabel ? f1 : accuracy) ?? 0,
      scores,
      perClass,
      confusionMatrix: this.multiLabel ? null : this.matrix,
    };
  }

  private count(index: number, one: { readonly predicted: boolean; readonly actual: boolean }): void {
    const counts = this.counts[index];
    if (counts === undefined) return;
    if (one.predicted && one.actual) counts.truePositive += 1;
    else if (one.predicted) counts.falsePositive += 1;
    else if (one.actual) counts.falseNegative += 1;
  }

  private lossOf(probabilities: Float32Array, truth: readonly number[]): number {
    const log = (probability: number): number => Math.log(Math.max(probability, 1e-9));
    if (!this.multiLabel) return -log(probabilities[truth[0] ?? 0] ?? 0);
    return -probabilities.reduce((sum, probability, index) => sum + log(truth.includes(index) ? probability : 1 - probability), 0) / this.classCount;
  }
}

function largest(values: Float32Array): number {
  let best = 0;
  for (let index = 1; index < values.length; index += 1) if ((values[index] ?? 0) > (values[best] ?? 0)) best = index;
  return best;
}

const indicesAbove = (values: Float32Array, threshold: number): number[] => [...values.keys()].filter((index) => (values[index] ?? 0) >= threshold);

/** A number as the contract has it: null where it is not finite. */
export const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

export type PerClassMetrics = NonNullable<EpochMetrics['per_class']>;

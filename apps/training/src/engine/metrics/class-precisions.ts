import type { PerClassMetrics } from './classification-metrics.js';
import { AveragePrecision } from './average-precision.js';

export interface JudgedObject {
  readonly classIndex: number;
}

export interface FoundObject extends JudgedObject {
  readonly score: number;
}

export interface TrueObject extends JudgedObject {
  /** May be found, but need not: a crowd. */
  readonly isIgnored: boolean;
}

export interface PrecisionResult {
  readonly map: number | null;
  readonly scores: Readonly<Record<'map50' | 'map75' | 'map50To95' | 'precision' | 'recall' | 'f1', number | null>>;
  readonly perClass: PerClassMetrics;
}

const mean = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
};

/** Average precision of each class, by whatever makes two objects alike; precision, recall and F1 at the score that gives the best F1. */
export class ClassPrecisions {
  private readonly classes: readonly AveragePrecision[];

  constructor(private readonly classIds: readonly number[]) {
    this.classes = classIds.map(() => new AveragePrecision());
  }

  /** Objects of one image. */
  add<F extends FoundObject, T extends TrueObject>(found: readonly F[], truths: readonly T[], similarity: (found: F, truth: T) => number): void {
    this.classes.forEach((precision, classIndex) => {
      const [own, actual] = [found.filter((one) => one.classIndex === classIndex), truths.filter((one) => one.classIndex === classIndex)];
      const known = new Map<string, number>();
      const pair = (prediction: number, truth: number): number => {
        const [one, other] = [own[prediction], actual[truth]];
        return one === undefined || other === undefined ? 0 : similarity(one, other);
      };
      const remembered = (prediction: number, truth: number): number => {
        const key = `${prediction},${truth}`;
        const value = known.get(key) ?? pair(prediction, truth);
        known.set(key, value);
        return value;
      };
      precision.add({ scores: own.map((one) => one.score), ignored: actual.map((one) => one.isIgnored), similarity: remembered });
    });
  }

  result(): PrecisionResult {
    const results = this.classes.map((one) => ({ ...one.result(), best: one.bestF1() }));
    const perClass = results.map(({ ap50, ap50To95, support, best }, index) => {
      const nothing = support === 0 ? null : 0;
      const { precision = null, recall = nothing, f1 = nothing } = best ?? {};
      return { class_id: this.classIds[index] ?? index, precision, recall, f1, support, ap50, ap50_95: ap50To95 };
    });
    const average = (of: 'precision' | 'recall' | 'f1'): number | null => mean(perClass.map((one) => one[of]));
    const map = mean(results.map((one) => one.ap50To95));
    const scores = { map50: mean(results.map((one) => one.ap50)), map75: mean(results.map((one) => one.ap75)), map50To95: map, precision: average('precision'), recall: average('recall'), f1: average('f1') };
    return { map, scores, perClass };
  }
}

/** An F1 in which a match counts by its similarity, from 0.5 on: the surest choose first. 1 where there is nothing and nothing is seen. */
export function agreementOf<F extends JudgedObject, T extends JudgedObject>(found: readonly F[], truths: readonly T[], similarity: (found: F, truth: T) => number): number {
  if (found.length + truths.length === 0) return 1;
  const free = new Set(truths);
  let agreement = 0;
  for (const one of found) {
    const candidates = [...free].filter((truth) => truth.classIndex === one.classIndex).map((truth) => ({ truth, alike: similarity(one, truth) }));
    const best = candidates.filter(({ alike }) => alike >= 0.5).sort((a, b) => b.alike - a.alike)[0];
    if (best === undefined) continue;
    free.delete(best.truth);
    agreement += best.alike;
  }
  return (2 * agreement) / (found.length + truths.length);
}

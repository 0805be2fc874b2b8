/** IoU thresholds of COCO's mean: 0.50 to 0.95 by 0.05. */
export const THRESHOLDS: readonly number[] = Array.from({ length: 10 }, (_, index) => (50 + 5 * index) / 100);
/** Of one class in one image, the surest. */
const MOST_PREDICTIONS = 100;
const RECALL_POINTS = 101;

/** Predictions and truths of ONE class in one image. */
export interface MatchedImage {
  readonly scores: readonly number[];
  /** By truth: true for what may be found but need not, such as a crowd. */
  readonly ignored: readonly boolean[];
  /** Similarity 0..1 of prediction and truth, by their indices. */
  readonly similarity: (prediction: number, truth: number) => number;
}

export interface ClassPrecision {
  /** Null where no truth of the class counts. */
  readonly ap50: number | null;
  readonly ap75: number | null;
  readonly ap50To95: number | null;
  /** Truths that count. */
  readonly support: number;
}

/** What is reached at the score that gives the best F1 at IoU 0.50. */
export interface BestF1 {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** From this score on a prediction is taken. */
  readonly score: number;
}

interface Judged {
  readonly score: number;
  /** By threshold: found, not found, or not counted. */
  readonly verdicts: readonly ('right' | 'wrong' | 'ignored')[];
}

/**
 * Average precision of one class as COCO counts it (cocoeval.py): the surest predictions choose first, each the most similar truth that is free; a truth that
 * is ignored can be chosen often and counts neither way; precision is made falling and read at 101 recalls.
 */
export class AveragePrecision {
  private readonly judged: Judged[] = [];
  private support = 0;

  add(image: MatchedImage): void {
    this.support += image.ignored.filter((one) => !one).length;
    const order = image.scores.map((_, index) => index).sort((a, b) => (image.scores[b] ?? 0) - (image.scores[a] ?? 0));
    const chosen = order.slice(0, MOST_PREDICTIONS);
    const similar = chosen.map((prediction) => image.ignored.map((_, truth) => image.similarity(prediction, truth)));
    const columns = THRESHOLDS.map((threshold) => verdictsOf(similar, image.ignored, threshold));
    chosen.forEach((prediction, at) => this.judged.push({ score: image.scores[prediction] ?? 0, verdicts: columns.map((column) => column[at] ?? 'wrong') }));
  }

  result(): ClassPrecision {
    if (this.support === 0) return { ap50: null, ap75: null, ap50To95: null, support: 0 };
    const ranked = [...this.judged].sort((a, b) => b.score - a.score);
    const each = THRESHOLDS.map((_, index) => precisionOf(ranked.map((one) => one.verdicts[index] ?? 'wrong'), this.support));
    return { ap50: each[0] ?? null, ap75: each[5] ?? null, ap50To95: each.reduce((sum, value) => sum + value, 0) / each.length, support: this.support };
  }

  /** Null where no truth of the class counts, or where nothing was predicted. Of equally good scores the highest. */
  bestF1(): BestF1 | null {
    if (this.support === 0) return null;
    let best: BestF1 | null = null;
    let [right, wrong] = [0, 0];
    for (const { score, verdicts } of [...this.judged].sort((a, b) => b.score - a.score)) {
      if (verdicts[0] === 'right') right += 1;
      else if (verdicts[0] === 'wrong') wrong += 1;
      else continue;
      const [precision, recall] = [right / (right + wrong), right / this.support];
      const f1 = right === 0 ? 0 : (2 * precision * recall) / (precision + recall);
      if (best === null || f1 > best.f1) best = { precision, recall, f1, score };
    }
    return best;
  }
}

function verdictsOf(similar: readonly (readonly number[])[], ignored: readonly boolean[], threshold: number): Judged['verdicts'] {
  const taken = new Set<number>();
  return similar.map((row) => {
    const free = (truth: number): boolean => (row[truth] ?? 0) >= threshold && !taken.has(truth);
    const best = (candidates: number[]): number | undefined => candidates.reduce<number | undefined>((most, truth) => (most === undefined || (row[truth] ?? 0) > (row[most] ?? 0) ? truth : most), undefined);
    const truths = row.map((_, truth) => truth);
    const counted = best(truths.filter((truth) => ignored[truth] !== true && free(truth)));
    if (counted !== undefined) {
      taken.add(counted);
      return 'right';
    }
    return best(truths.filter((truth) => ignored[truth] === true && free(truth))) === undefined ? 'wrong' : 'ignored';
  });
}

/** Area under the curve of one threshold. */
function precisionOf(ranked: Judged['verdicts'], support: number): number {
  const curve: { readonly recall: number; readonly precision: number }[] = [];
  let [right, wrong] = [0, 0];
  for (const verdict of ranked) {
    if (verdict === 'ignored') continue;
    if (verdict === 'right') right += 1;
    else wrong += 1;
    curve.push({ recall: right / support, precision: right / (right + wrong) });
  }
  return areaUnder(curve);
}

function areaUnder(curve: readonly { readonly recall: number; readonly precision: number }[]): number {
  const falling = new Float64Array(curve.length);
  for (let at = curve.length - 1, most = 0; at >= 0; at -= 1) falling[at] = most = Math.max(most, curve[at]?.precision ?? 0);
  let sum = 0;
  for (let point = 0, at = 0; point < RECALL_POINTS; point += 1) {
    while (at < curve.length && (curve[at]?.recall ?? 0) < point / (RECALL_POINTS - 1)) at += 1;
    sum += falling[at] ?? 0;
  }
  return sum / RECALL_POINTS;
}

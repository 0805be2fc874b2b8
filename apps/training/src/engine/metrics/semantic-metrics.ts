import { IGNORED } from '../geometry/label-square.js';

export interface PixelScore {
  /** Of the class's pixels in truth and prediction; null where it is in neither. */
  readonly iou: number | null;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
  /** Images whose truth has the class. */
  readonly support: number;
}

export interface SemanticScores {
  /** Mean IoU over ground and classes that truth or prediction have, as PASCAL VOC counts: the ground is a class. */
  readonly meanIou: number | null;
  /** The same without the ground. */
  readonly foregroundIou: number | null;
  readonly groundIou: number | null;
  readonly pixelAccuracy: number | null;
  readonly perClass: readonly PixelScore[];
}

const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
const mean = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
};

/**
 * Gathers label maps of images: values of an indexed mask, 0 the ground, `index + 1` a class. Pixels whose truth is 255 are not looked at. IoU is of the pixels
 * of all images together, not the mean over images.
 */
export class SemanticMetrics {
  /** Rows are true values, columns predicted ones. */
  private readonly matrix: number[][];
  private readonly images: number[];

  constructor(private readonly classCount: number) {
    this.matrix = Array.from({ length: classCount + 1 }, () => new Array<number>(classCount + 1).fill(0));
    this.images = new Array<number>(classCount + 1).fill(0);
  }

  /** Both of the same size. Returns the mean IoU of this image alone; 1 where there is nothing to look at. */
  add(truth: Uint8Array, predicted: Uint8Array): number {
    const own = this.matrix.map((row) => row.map(() => 0));
    for (let pixel = 0; pixel < truth.length; pixel += 1) {
      // What is ignored has no row.
      const row = own[truth[pixel] ?? IGNORED];
      const column = predicted[pixel] ?? 0;
      if (row !== undefined) row[column] = (row[column] ?? 0) + 1;
    }
    own.forEach((row, actual) => {
      if (row.some((count) => count > 0)) this.images[actual] = (this.images[actual] ?? 0) + 1;
      const all = this.matrix[actual];
      row.forEach((count, column) => {
        if (all !== undefined) all[column] = (all[column] ?? 0) + count;
      });
    });
    return mean(own.map((_, value) => iouOf(own, value))) ?? 1;
  }

  result(): SemanticScores {
    const ious = this.matrix.map((_, value) => iouOf(this.matrix, value));
    const right = this.matrix.reduce((sum, row, value) => sum + (row[value] ?? 0), 0);
    const all = this.matrix.reduce((sum, row) => sum + total(row), 0);
    return {
      meanIou: mean(ious),
      foregroundIou: mean(ious.slice(1)),
      groundIou: ious[0] ?? null,
      pixelAccuracy: ratio(right, all),
      perClass: ious.slice(1).map((iou, index) => this.scoreOf(index + 1, iou)),
    };
  }

  private scoreOf(value: number, iou: number | null): PixelScore {
    const { shared, actual, predicted } = countsOf(this.matrix, value);
    return { iou, precision: ratio(shared, predicted), recall: ratio(shared, actual), f1: ratio(2 * shared, actual + predicted), support: this.images[value] ?? 0 };
  }
}

const total = (row: readonly number[]): number => row.reduce((sum, count) => sum + count, 0);

function countsOf(matrix: readonly (readonly number[])[], value: number): { readonly shared: number; readonly actual: number; readonly predicted: number } {
  return { shared: matrix[value]?.[value] ?? 0, actual: total(matrix[value] ?? []), predicted: matrix.reduce((sum, row) => sum + (row[value] ?? 0), 0) };
}

function iouOf(matrix: readonly (readonly number[])[], value: number): number | null {
  const { shared, actual, predicted } = countsOf(matrix, value);
  return ratio(shared, actual + predicted - shared);
}

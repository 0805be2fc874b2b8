import type { FitGeometry } from '../data/fit.js';
import { rleText } from '@app/dice-format';

/** Pixel of an indexed mask that says: do not look here. The black frame around a fitted image is of that kind too. */
export const IGNORED = 255;

/** A label map (row-major, values of an indexed mask) as the square that the image is fitted into: nearest, ignored around it. */
export function fitLabels(labels: Uint8Array, fit: FitGeometry): Uint8Array {
  const { width, height, side } = fit;
  const square = new Uint8Array(side * side).fill(IGNORED);
  const columns = placesOf({ side, margin: fit.left, scale: fit.scale, length: width });
  const rows = placesOf({ side, margin: fit.top, scale: fit.scale, length: height });
  rows.forEach((row, y) => {
    if (row === null) return;
    columns.forEach((column, x) => {
      if (column !== null) square[y * side + x] = labels[row * width + column] ?? IGNORED;
    });
  });
  return square;
}

/** Which pixel of the original each row or column of the square shows; null: the frame. */
function placesOf({ side, margin, scale, length }: { readonly side: number; readonly margin: number; readonly scale: number; readonly length: number }): (number | null)[] {
  const shown = Math.max(1, Math.round(length * scale));
  return Array.from({ length: side }, (_, at) => (at < margin || at >= margin + shown ? null : Math.min(length - 1, Math.floor((at + 0.5 - margin) / scale))));
}

/**
 * The masks of a square's label map in pixels of the original image, as COCO run lengths (column-major), by value; the ground and what is ignored have none.
 * Nearest: each pixel of the original takes what the square says at its middle. Goes by runs, so that a large photo costs no more than its borders.
 */
export function originalMasks(square: Uint8Array, fit: FitGeometry): Map<number, string> {
  const runs = new Map<number, RunWriter>();
  const rows = squarePlaces(fit.height, fit.scale, { margin: fit.top, side: fit.side });
  const columns = squarePlaces(fit.width, fit.scale, { margin: fit.left, side: fit.side });
  let drawn = -1;
  let column: Run[] = [];
  columns.forEach((from, x) => {
    if (from !== drawn) column = columnRuns(square, { x: from, side: fit.side, rows });
    drawn = from;
    for (const { value, start, end } of column) writerOf(runs, value).add(x * fit.height + start, x * fit.height + end);
  });
  const total = fit.width * fit.height;
  return new Map([...runs].sort(([a], [b]) => a - b).map(([value, writer]) => [value, writer.text(total)]));
}

const squarePlaces = (length: number, scale: number, square: { readonly margin: number; readonly side: number }): number[] =>
  Array.from({ length }, (_, at) => Math.min(square.side - 1, Math.floor((at + 0.5) * scale + square.margin)));

interface Run {
  readonly value: number;
  readonly start: number;
  readonly end: number;
}

/** Runs of one value in a column of the original. */
function columnRuns(square: Uint8Array, { x, side, rows }: { readonly x: number; readonly side: number; readonly rows: readonly number[] }): Run[] {
  const valueAt = (y: number): number => square[(rows[y] ?? 0) * side + x] ?? 0;
  const found: Run[] = [];
  for (let start = 0; start < rows.length; ) {
    const value = valueAt(start);
    let end = start + 1;
    while (end < rows.length && (rows[end] === rows[end - 1] || valueAt(end) === value)) end += 1;
    if (value !== 0 && value !== IGNORED) found.push({ value, start, end });
    start = end;
  }
  return found;
}

function writerOf(runs: Map<number, RunWriter>, value: number): RunWriter {
  const known = runs.get(value);
  if (known !== undefined) return known;
  const made = new RunWriter();
  runs.set(value, made);
  return made;
}

/** Run lengths from spans that come in their order; those that touch become one. */
class RunWriter {
  private readonly counts: number[] = [];
  private end = 0;

  add(start: number, end: number): void {
    if (start === this.end && this.counts.length > 0) this.counts[this.counts.length - 1] = (this.counts.at(-1) ?? 0) + end - start;
    else this.counts.push(start - this.end, end - start);
    this.end = end;
  }

  text(total: number): string {
    return rleText(this.end < total ? [...this.counts, total - this.end] : this.counts);
  }
}

import type { PixelSize } from '@app/dice-format';
import { boxAround } from '../fields.js';
import type { FormatObject } from '../model.js';

/** One line of a label file: class and numbers, fractions of the image but for visibilities. */
export interface YoloLine {
  readonly classIndex: number;
  readonly numbers: readonly number[];
}

/** How keypoints are written: points, and numbers a point (2: x, y; 3: x, y, visibility). Null: no keypoints. */
export type KeypointShape = readonly [points: number, dimensions: number] | null;

/** The lines of a label file; what is none of them is told by its number from 1. */
export function yoloLines(text: string, shape: KeypointShape, wrong: (line: number) => void): YoloLine[] {
  const lines: YoloLine[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const words = raw.trim().split(/\s+/);
    if (words[0] === '') continue;
    const [classIndex = Number.NaN, ...numbers] = words.map(plainNumber);
    if (Number.isSafeInteger(classIndex) && classIndex >= 0 && numbers.every(Number.isFinite) && fits(numbers.length, shape)) lines.push({ classIndex, numbers });
    else wrong(index + 1);
  }
  return lines;
}

/** `Number` takes 0x10, '' and Infinity too. */
function plainNumber(word: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word) ? Number(word) : Number.NaN;
}

function fits(count: number, shape: KeypointShape): boolean {
  if (shape !== null) return count === 4 + shape[0] * shape[1];
  return count === 4 || (count >= 6 && count % 2 === 0);
}

/** The object in an image of this size, cut to it: other tools round across the border. */
export function objectOfLine({ numbers }: YoloLine, className: string, { size, shape }: { readonly size: PixelSize; readonly shape: KeypointShape }): FormatObject {
  if (shape !== null) return { className, bbox: boxOf(numbers, size), keypoints: keypointsOf(numbers.slice(4), shape, size) };
  if (numbers.length === 4) return { className, bbox: boxOf(numbers, size) };
  const ring = numbers.map((value, index) => within(value) * (index % 2 === 0 ? size.width : size.height));
  return { className, bbox: boxAround(ring), segmentation: [ring] };
}

const within = (value: number): number => Math.min(1, Math.max(0, value));

function boxOf([x = 0, y = 0, width = 0, height = 0]: readonly number[], size: PixelSize): FormatObject['bbox'] {
  const [left, right] = [within(x - width / 2) * size.width, within(x + width / 2) * size.width];
  const [top, bottom] = [within(y - height / 2) * size.height, within(y + height / 2) * size.height];
  return [left, top, right - left, bottom - top];
}

/** A point without visibility is there, unless it is at the origin, which is how tools write an absent one. */
function keypointsOf(numbers: readonly number[], [points, dimensions]: readonly [number, number], size: PixelSize): number[] {
  const all: number[] = [];
  for (let point = 0; point < points; point += 1) {
    const [x = 0, y = 0, given] = numbers.slice(point * dimensions, (point + 1) * dimensions);
    const visible = dimensions === 3 ? Math.round(given ?? 0) : Number(x !== 0 || y !== 0) * 2;
    if (visible === 0) all.push(0, 0, 0);
    else all.push(within(x) * size.width, within(y) * size.height, visible);
  }
  return all;
}

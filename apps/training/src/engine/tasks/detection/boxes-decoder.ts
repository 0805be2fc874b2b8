import type { PredictedObject } from '@app/contracts';
import { toOriginal, type FitGeometry } from '../../data/fit.js';
import { outputOf, type DecodeOutputs, type RawOutput } from '../output-decoder.js';
import { boxIou, type XywhBox } from './boxes.js';

/** Below it nothing is a prediction; low, so that precision is known over all recalls. */
const LEAST_SCORE = 0.02;
const MOST_OBJECTS = 300;
/** The surest boxes that are looked at before those that say the same are left out. */
const MOST_CANDIDATES = 2_000;
/** Of two of one class that overlap more the less sure one goes. */
const SAME_OBJECT_IOU = 0.5;

interface Candidate {
  readonly at: number;
  readonly classId: number;
  readonly score: number;
}

/** `boxes` [K, 4] has left, top, right and bottom in pixels of the input, `scores` [K, classes] how sure each class is, 0 to 1; boxes that say the same may be there. */
export const decodeBoxes: DecodeOutputs = (outputs, fit, { classIds }) => {
  const boxes = outputOf(outputs, 'boxes');
  const candidates = candidatesOf(outputOf(outputs, 'scores'), classIds)
    .sort((a, b) => b.score - a.score)
    .slice(0, MOST_CANDIDATES);
  const found: (Candidate & { readonly box: XywhBox })[] = [];
  for (const one of candidates) {
    if (found.length >= MOST_OBJECTS) break;
    const box = boxAt(boxes, one.at, fit);
    if (box === null || found.some((other) => other.classId === one.classId && boxIou(other.box, box) > SAME_OBJECT_IOU)) continue;
    found.push({ ...one, box });
  }
  return found.map(({ classId, score, box }): PredictedObject => ({ class_id: classId, score, bbox: [...box] }));
};

/** Each box as its likeliest class; one whose likeliest class is left out is none. */
function candidatesOf({ data, shape }: RawOutput, classIds: readonly (number | null)[]): Candidate[] {
  const [count = 0, classes = 0] = shape;
  return Array.from({ length: count }, (_, at) => at).flatMap((at): Candidate[] => {
    const best = largest(data, at * classes, classes);
    const score = data[at * classes + best] ?? Number.NaN;
    const classId = classIds[best] ?? null;
    return classId === null || !(score >= LEAST_SCORE) ? [] : [{ at, classId, score: Math.min(1, score) }];
  });
}

function largest(data: Float32Array, from: number, count: number): number {
  let best = 0;
  for (let index = 1; index < count; index += 1) if ((data[from + index] ?? 0) > (data[from + best] ?? 0)) best = index;
  return best;
}

/** In pixels of the original, inside it; null for one that lies outside or is not a box. */
function boxAt({ data }: RawOutput, at: number, fit: FitGeometry): XywhBox | null {
  const side = (index: number): number => data[at * 4 + index] ?? Number.NaN;
  const [left, top] = toOriginal(fit, side(0), side(1));
  const [right, bottom] = toOriginal(fit, side(2), side(3));
  const inside = (value: number, most: number): number => Math.min(most, Math.max(0, value));
  const [x, y] = [inside(left, fit.width), inside(top, fit.height)];
  const [width, height] = [inside(right, fit.width) - x, inside(bottom, fit.height) - y];
  return width > 0 && height > 0 && Number.isFinite(width * height) ? [x, y, width, height] : null;
}

import type { PredictedObject } from '@app/contracts';
import { toOriginal, type FitGeometry } from '../../data/fit.js';
import { outputOf, type DecodeOutputs, type RawOutput } from '../output-decoder.js';
import { boxIou, type XywhBox } from './boxes.js';

/** Below it nothing is a prediction; low, so that precision is known over all recalls. */
const LEAST_SCORE = 0.02;
const MOST_OBJECTS = 100;
/** Peaks looked at before those that say the same are left out. */
const MOST_PEAKS = 300;
/** Of two of one class that overlap more the less sure one goes. */
const SAME_OBJECT_IOU = 0.6;

interface Peak {
  readonly classIndex: number;
  readonly cell: number;
  readonly score: number;
}

/** `heat` [K, G, G] has a peak at the middle of each object; `boxes` [4, G, G] says left, top, right and bottom in pixels of the square. */
export const decodeCenters: DecodeOutputs = (outputs, fit, { classIds }) =>
  foundCenters(outputs, fit).flatMap(({ classIndex, score, box }): PredictedObject[] => {
    const classId = classIds[classIndex] ?? null;
    return classId === null ? [] : [{ class_id: classId, score, bbox: [...box] }];
  });

export interface FoundCenter extends Peak {
  /** In pixels of the original. */
  readonly box: XywhBox;
}

/** The surest first. */
export function foundCenters(outputs: Readonly<Record<string, RawOutput>>, fit: FitGeometry): FoundCenter[] {
  const heat = outputOf(outputs, 'heat');
  const boxes = outputOf(outputs, 'boxes');
  const peaks = peaksOf(heat)
    .sort((a, b) => b.score - a.score)
    .slice(0, MOST_PEAKS);
  const found: FoundCenter[] = [];
  for (const peak of peaks) {
    if (found.length >= MOST_OBJECTS) break;
    const box = boxAt(boxes, peak.cell, fit);
    if (box === null || found.some((one) => one.classIndex === peak.classIndex && boxIou(one.box, box) > SAME_OBJECT_IOU)) continue;
    found.push({ ...peak, box });
  }
  return found;
}

/** Cells of which no neighbour is higher; of equal neighbours the first counts. */
function peaksOf({ data, shape }: RawOutput): Peak[] {
  const [classes = 0, height = 0, width = 0] = shape;
  const peaks: Peak[] = [];
  for (let at = 0; at < classes * height * width; at += 1) {
    const score = data[at] ?? 0;
    if (!(score >= LEAST_SCORE)) continue;
    const classIndex = Math.floor(at / (height * width));
    const cell = at - classIndex * height * width;
    if (isPeak(data.subarray(classIndex * height * width, (classIndex + 1) * height * width), cell, width)) peaks.push({ classIndex, cell, score: Math.min(1, score) });
  }
  return peaks;
}

function isPeak(plane: Float32Array, cell: number, width: number): boolean {
  const score = plane[cell] ?? 0;
  const [x, height] = [cell % width, plane.length / width];
  const y = (cell - x) / width;
  for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row += 1) {
    for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column += 1) {
      const other = row * width + column;
      const value = plane[other] ?? 0;
      if (value > score || (value === score && other < cell)) return false;
    }
  }
  return true;
}

/** In pixels of the original, inside it; null for one that lies outside or is not a box. */
function boxAt({ data, shape }: RawOutput, cell: number, fit: FitGeometry): XywhBox | null {
  const cells = (shape[1] ?? 0) * (shape[2] ?? 0);
  const side = (index: number): number => data[index * cells + cell] ?? Number.NaN;
  const [left, top] = toOriginal(fit, side(0), side(1));
  const [right, bottom] = toOriginal(fit, side(2), side(3));
  const inside = (value: number, most: number): number => Math.min(most, Math.max(0, value));
  const [x, y] = [inside(left, fit.width), inside(top, fit.height)];
  const [width, height] = [inside(right, fit.width) - x, inside(bottom, fit.height) - y];
  return width > 0 && height > 0 && Number.isFinite(width * height) ? [x, y, width, height] : null;
}

import type { PredictedObject } from '@app/contracts';
import { toOriginal, type FitGeometry } from '../../data/fit.js';
import { foundCenters, type FoundCenter } from '../detection/centers-decoder.js';
import { outputOf, type DecodeOutputs, type RawOutput } from '../output-decoder.js';

/** From this probability on a point is said to be there. */
const SHOWN = 0.5;

export interface FoundKeypoints extends FoundCenter {
  /** x, y in pixels of the original, visibility 2 or 0; of the class's own points. */
  readonly keypoints: readonly number[];
}

/** Objects with the points of their class, the surest first. `counts`: points by class index. */
export function foundKeypoints(outputs: Readonly<Record<string, RawOutput>>, fit: FitGeometry, counts: readonly number[]): FoundKeypoints[] {
  const [points, shown] = [outputOf(outputs, 'points'), outputOf(outputs, 'shown')];
  const cells = (points.shape[1] ?? 0) * (points.shape[2] ?? 0);
  return foundCenters(outputs, fit).map((center) => {
    const keypoints = Array.from({ length: counts[center.classIndex] ?? 0 }, (_, point): number[] => {
      if (!((shown.data[point * cells + center.cell] ?? 0) >= SHOWN)) return [0, 0, 0];
      const [x, y] = toOriginal(fit, points.data[2 * point * cells + center.cell] ?? 0, points.data[(2 * point + 1) * cells + center.cell] ?? 0);
      return [inside(x, fit.width), inside(y, fit.height), 2];
    });
    return { ...center, keypoints: keypoints.flat() };
  });
}

const inside = (value: number, most: number): number => (Number.isFinite(value) ? Math.min(most, Math.max(0, value)) : 0);

/** `points` [2 K, G, G]: x and y of each point in pixels of the square; `shown` [K, G, G]: how likely it is to be seen or covered. */
export const decodeKeypoints: DecodeOutputs = (outputs, fit, { classIds, keypointCounts = [] }) =>
  foundKeypoints(outputs, fit, keypointCounts).flatMap(({ classIndex, score, box, keypoints }): PredictedObject[] => {
    const classId = classIds[classIndex] ?? null;
    return classId === null ? [] : [{ class_id: classId, score, bbox: [...box], ...(keypoints.length === 0 ? {} : { keypoints: [...keypoints] }) }];
  });

import { spansText } from '@app/dice-format';
import type { PredictedObject } from '@app/contracts';
import { toOriginal, toSquare, type FitGeometry } from '../../data/fit.js';
import { contoursOf, signedArea, simplified, type Contour } from '../../geometry/contours.js';
import { ringsSpans } from '../../geometry/mask-spans.js';
import { foundCenters, type FoundCenter } from '../detection/centers-decoder.js';
import { GRID_STRIDE } from '../detection/centers-small.js';
import { outputOf, type DecodeOutputs, type RawOutput } from '../output-decoder.js';
import { MASK_STRIDE } from './instance-small.js';
import { maskWindow } from './instance-targets.js';

/** Cells of the mask plane that a point may lie off the line it is left out of: half a pixel of the square. */
const TOLERANCE = 0.5 / MASK_STRIDE;
/** A piece or a hole of less than so much of the whole mask is noise. */
const LEAST_PART = 0.03;

export interface FoundInstance extends FoundCenter {
  /** Borders of its pieces and holes, pixels of the square; a ring within a ring is a hole. */
  readonly rings: readonly (readonly number[])[];
  readonly hasHoles: boolean;
}

/** Objects with masks, the surest first; one whose mask is empty is none. */
export function foundInstances(outputs: Readonly<Record<string, RawOutput>>, fit: FitGeometry): FoundInstance[] {
  const [mixtures, prototypes] = [outputOf(outputs, 'mixtures'), outputOf(outputs, 'prototypes')];
  return foundCenters(outputs, fit).flatMap((center): FoundInstance[] => {
    const contours = maskContours(center, { mixtures, prototypes, fit });
    const rings = contours.map(({ ring }) => simplified(ring, TOLERANCE).map((value) => value * MASK_STRIDE));
    return rings.length === 0 ? [] : [{ ...center, rings, hasHoles: contours.some((one) => one.area < 0) }];
  });
}

/** Polygons; run lengths of the original's size where a mask has holes, which polygons cannot say. The box is that of the mask. */
export const decodeInstances: DecodeOutputs = (outputs, fit, { classIds }) =>
  foundInstances(outputs, fit).flatMap((found): PredictedObject[] => {
    const classId = classIds[found.classIndex] ?? null;
    const rings = found.rings.map((ring) => originalRing(ring, fit)).filter((ring) => Math.abs(signedArea(ring)) > 0);
    const box = boxOf(rings);
    if (classId === null || box === null) return [];
    const shape = found.hasHoles ? { counts: spansText(ringsSpans(rings, fit), fit.width * fit.height) } : { segmentation: rings };
    return [{ class_id: classId, score: found.score, bbox: box, ...shape }];
  });

/** Cut at the border of the image, as labels are. */
function originalRing(ring: readonly number[], fit: FitGeometry): number[] {
  const points: number[] = [];
  for (let at = 0; at + 1 < ring.length; at += 2) {
    const [x, y] = toOriginal(fit, ring[at] ?? 0, ring[at + 1] ?? 0);
    points.push(Math.min(fit.width, Math.max(0, x)), Math.min(fit.height, Math.max(0, y)));
  }
  return points;
}

function boxOf(rings: readonly (readonly number[])[]): number[] | null {
  const points = rings.flat();
  const xs = points.filter((_, at) => at % 2 === 0);
  const ys = points.filter((_, at) => at % 2 === 1);
  if (points.length === 0) return null;
  const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b));
  const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b));
  return [least(xs), least(ys), most(xs) - least(xs), most(ys) - least(ys)];
}

/** In cells of the mask plane. */
function maskContours(center: FoundCenter, of: { readonly mixtures: RawOutput; readonly prototypes: RawOutput; readonly fit: FitGeometry }): Contour[] {
  const [count = 0, height = 0, width = 0] = of.prototypes.shape;
  const { left, top, right, bottom } = maskWindow(cellBox(center, of.fit), width);
  const size = { width: right - left, height: bottom - top };
  if (size.width <= 0 || size.height <= 0) return [];
  const gridCells = of.mixtures.data.length / count;
  const field = new Float32Array(size.width * size.height);
  for (let one = 0; one < count; one += 1) {
    const factor = of.mixtures.data[one * gridCells + center.cell] ?? 0;
    for (let y = 0; y < size.height; y += 1) {
      const from = (one * height + top + y) * width + left;
      for (let x = 0; x < size.width; x += 1) field[y * size.width + x] = (field[y * size.width + x] ?? 0) + factor * (of.prototypes.data[from + x] ?? 0);
    }
  }
  const contours = contoursOf(field, size);
  const whole = contours.reduce((sum, one) => sum + one.area, 0);
  return contours.filter((one) => Math.abs(one.area) >= LEAST_PART * whole).map((one) => ({ ...one, ring: one.ring.map((value, at) => value + (at % 2 === 0 ? left : top)) }));
}

/** The box that was found, in cells of the detector's grid. */
function cellBox({ box: [x, y, width, height] }: FoundCenter, fit: FitGeometry): { left: number; top: number; right: number; bottom: number } {
  const [left, top] = toSquare(fit, x, y);
  const [right, bottom] = toSquare(fit, x + width, y + height);
  return { left: left / GRID_STRIDE, top: top / GRID_STRIDE, right: right / GRID_STRIDE, bottom: bottom / GRID_STRIDE };
}

import type { Box, Placement } from '../../data/placement.js';
import { polygonSpans, ringsSpans, type Spans } from '../../geometry/mask-spans.js';
import type { LabeledObject, Sample } from '../../samples/sample.js';
import { GRID_STRIDE } from '../detection/centers-small.js';
import type { SeenObject } from '../detection/center-targets.js';
import type { Targets } from '../training-task.js';
import { MASK_STRIDE } from './instance-small.js';

/** Masks that one image teaches in one step; the largest where it has more, since the smallest are hardly a cell. */
export const MOST_MASKS = 16;
/** A mask is learned inside its box and a little around it, as it is cut out later. */
export const BOX_MARGIN = 0.1;

/** Pixels of the square that an object covers, seen through `placement`. */
export function objectSpans(object: LabeledObject, placement: Placement): Spans {
  const { side } = placement.fit;
  const rings = (object.polygons ?? []).map((ring) => movedRing(ring, placement));
  const size = { width: side, height: side };
  return object.isEvenOdd === true ? ringsSpans(rings, size) : polygonSpans(rings, size);
}

function movedRing(ring: readonly number[], placement: Placement): number[] {
  const moved: number[] = [];
  for (let at = 0; at + 1 < ring.length; at += 2) moved.push(...placement.point(ring[at] ?? 0, ring[at + 1] ?? 0));
  return moved;
}

/** Writes `chosen` [T, G G] (the cell of each object), `masks` [T, 4 G G] (how much of each cell it covers) and `maskWeights` [T, 4 G G] (1 in all for each object). */
export function writeInstanceTargets(sample: Sample, placement: Placement, of: { readonly learned: readonly SeenObject[]; readonly into: Targets }): void {
  const { chosen, masks, maskWeights } = of.into;
  if (chosen === undefined || masks === undefined || maskWeights === undefined) return;
  const planeSide = placement.fit.side / MASK_STRIDE;
  const [cells, places] = [(placement.fit.side / GRID_STRIDE) ** 2, planeSide ** 2];
  of.learned.slice(0, MOST_MASKS).forEach(({ index, cell, box }, row) => {
    const object = sample.objects[index];
    if (object === undefined) return;
    const spans = objectSpans(object, placement);
    if (spans.length === 0) return;
    chosen[row * cells + cell] = 1;
    addCoverage(spans, placement.fit.side, masks.subarray(row * places, (row + 1) * places));
    weighBox(maskWindow(box, planeSide), planeSide, maskWeights.subarray(row * places, (row + 1) * places));
  });
}

/** The part of each cell that the spans (column-major pixels of the square) cover. */
function addCoverage(spans: Spans, side: number, into: Float32Array): void {
  const planeSide = side / MASK_STRIDE;
  for (let at = 0; at < spans.length; at += 2) {
    for (let pixel = spans[at] ?? 0; pixel < (spans[at + 1] ?? 0); pixel += 1) {
      const cell = Math.floor((pixel % side) / MASK_STRIDE) * planeSide + Math.floor(pixel / side / MASK_STRIDE);
      into[cell] = (into[cell] ?? 0) + 1 / MASK_STRIDE ** 2;
    }
  }
}

/** Columns and rows of the mask plane that a box (in cells of the grid) and its margin touch. */
export function maskWindow(box: Box, planeSide: number): Box {
  const scale = GRID_STRIDE / MASK_STRIDE;
  const [marginX, marginY] = [(box.right - box.left) * BOX_MARGIN, (box.bottom - box.top) * BOX_MARGIN];
  const inside = (value: number): number => Math.min(planeSide, Math.max(0, value));
  return {
    left: inside(Math.floor((box.left - marginX) * scale)),
    top: inside(Math.floor((box.top - marginY) * scale)),
    right: inside(Math.ceil((box.right + marginX) * scale)),
    bottom: inside(Math.ceil((box.bottom + marginY) * scale)),
  };
}

function weighBox({ left, top, right, bottom }: Box, planeSide: number, into: Float32Array): void {
  const weight = 1 / Math.max(1, (right - left) * (bottom - top));
  for (let y = top; y < bottom; y += 1) into.fill(weight, y * planeSide + left, y * planeSide + right);
}

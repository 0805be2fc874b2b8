import type { Warp } from '../data/warp.js';
import { IGNORED } from './label-square.js';

/** What the loss is told of a pixel that does not count. */
export const NO_LABEL = -1;

/**
 * Writes a label map of the square as the warped image shows it: nearest, `indexOf` of its values, `NO_LABEL` for what is ignored and what comes from outside.
 * The loop runs for every pixel of every step: no object per pixel.
 */
export function warpLabels(square: Uint8Array, by: { readonly side: number; readonly warp: Warp | null; readonly indexOf: Int16Array }, into: Float32Array): void {
  const { side, warp, indexOf } = by;
  if (warp === null) {
    for (let at = 0; at < into.length; at += 1) into[at] = indexOf[square[at] ?? IGNORED] ?? NO_LABEL;
    return;
  }
  for (let y = 0; y < side; y += 1) warpRow(square, y, { side, warp, indexOf }, into);
}

function warpRow(square: Uint8Array, y: number, { side, warp, indexOf }: { readonly side: number; readonly warp: Warp; readonly indexOf: Int16Array }, into: Float32Array): void {
  const [xx, xy, yx, yy] = warp.matrix;
  const centre = (side - 1) / 2;
  const startX = xy * (y - centre) + centre + warp.shiftX;
  const startY = yy * (y - centre) + centre + warp.shiftY;
  for (let x = 0; x < side; x += 1) {
    const dx = (warp.flip ? side - 1 - x : x) - centre;
    const fromX = Math.round(xx * dx + startX);
    const fromY = Math.round(yx * dx + startY);
    const isInside = fromX >= 0 && fromY >= 0 && fromX < side && fromY < side;
    into[y * side + x] = isInside ? (indexOf[square[fromY * side + fromX] ?? IGNORED] ?? NO_LABEL) : NO_LABEL;
  }
}

/** From values of an indexed mask to what the loss is told: 0 the ground, index + 1 a class of the training, `NO_LABEL` anything else. */
export function labelIndices(classIds: readonly number[]): Int16Array {
  const indexOf = new Int16Array(256).fill(NO_LABEL);
  indexOf[0] = 0;
  classIds.forEach((id, index) => {
    if (id + 1 < IGNORED) indexOf[id + 1] = index + 1;
  });
  return indexOf;
}

import type { Placement } from '../../data/placement.js';
import { targetOf } from '../../data/warp.js';
import { figuresOf } from '../../geometry/figure-middles.js';
import { NO_LABEL } from '../../geometry/warp-labels.js';
import { DEEP_STRIDE } from './unet-small.js';

/** A piece with fewer pixels of the square is noise of a border. */
const LEAST_AREA = 40;

/** Writes `middles` [K, D, D]: which class the figure has whose middle lies in a cell. One whose middle lies outside of itself says nothing. */
export function writeMiddles(square: Uint8Array, placement: Placement, by: { readonly indexOf: Int16Array; readonly into: Float32Array }): void {
  const { fit, warp } = placement;
  const cells = fit.side / DEEP_STRIDE;
  for (const { value, x, y, area } of figuresOf(square, fit.side, 254)) {
    const index = by.indexOf[value] ?? NO_LABEL;
    if (index <= 0 || area < LEAST_AREA || square[Math.round(y) * fit.side + Math.round(x)] !== value) continue;
    const [atX, atY] = warp === null ? [x, y] : targetOf(warp, fit.side, x, y);
    const [column, row] = [Math.floor((atX + 0.5) / DEEP_STRIDE), Math.floor((atY + 0.5) / DEEP_STRIDE)];
    if (column < 0 || row < 0 || column >= cells || row >= cells) continue;
    by.into[((index - 1) * cells + row) * cells + column] = 1;
  }
}

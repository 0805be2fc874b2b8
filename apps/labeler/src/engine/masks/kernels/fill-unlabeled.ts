import { BACKGROUND } from '../mask-values.js';
import type { FillColumn, LabelMap } from './label-map.js';
import { runsOf } from './run-lengths.js';

/** Fills the pixels of a mask (COCO run lengths of the map's size) that are background; what anybody painted stays. @throws MaskFormatError */
export function fillUnlabeled(map: LabelMap, counts: string, fill: FillColumn): void {
  const { height } = map.size;
  for (const [start, end] of [...runsOf(counts, map.pixels.length)]) {
    // A run may go on in the next column.
    for (let at = start; at < end; ) {
      const column = Math.floor(at / height);
      const last = Math.min(end, (column + 1) * height);
      fillColumn(map, { column, top: at - column * height, bottom: last - column * height }, fill);
      at = last;
    }
  }
}

function fillColumn({ pixels, size }: LabelMap, { column, top, bottom }: { readonly column: number; readonly top: number; readonly bottom: number }, fill: FillColumn): void {
  const isFree = (y: number): boolean => pixels[column * size.height + y] === BACKGROUND;
  for (let y = top; y < bottom; y += 1) {
    if (!isFree(y)) continue;
    const from = y;
    while (y < bottom && isFree(y)) y += 1;
    fill(column, from, y);
  }
}

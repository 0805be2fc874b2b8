import { LabelMap, TILE } from './label-map.js';

export interface MaskMerge {
  readonly merged: LabelMap;
  /** Tiles in which both painted the same pixels and not alike: mine lies over theirs there, and somebody should look. */
  readonly overlapping: readonly number[];
}

/** Of maps of one size. What one side painted is kept; where both did, theirs is the ground and mine is painted over it again. */
export function mergeMasks(base: LabelMap, mine: LabelMap, theirs: LabelMap): MaskMerge {
  const merged = new LabelMap(base.size);
  merged.pixels.set(theirs.pixels);
  const overlapping = new Set<number>();
  const { height } = base.size;
  for (let index = 0; index < merged.pixels.length; index += 1) {
    const [old, own, other] = [base.pixels[index], mine.pixels[index] ?? 0, theirs.pixels[index]];
    if (own === old) continue;
    merged.pixels[index] = own;
    if (other !== old && other !== own) overlapping.add(merged.tileAt(Math.floor(index / height), index % height));
  }
  return { merged, overlapping: [...overlapping].sort((a, b) => a - b) };
}

/** Tiles in which two maps of one size differ. */
export function differingTiles(a: LabelMap, b: LabelMap): readonly number[] {
  return Array.from({ length: a.tileCount }, (_, tile) => tile).filter((tile) => {
    const { x, y, width, height } = a.boundsOf(tile);
    for (let column = 0; column < width; column += 1) {
      const from = (x + column) * a.size.height + y;
      for (let index = from; index < from + Math.min(height, TILE); index += 1) if (a.pixels[index] !== b.pixels[index]) return true;
    }
    return false;
  });
}

import { labelIndices, NO_LABEL } from '../geometry/warp-labels.js';
import type { SampleList } from '../samples/sample-file.js';
import type { LabelMaps } from './label-maps.js';

/** So many label maps, evenly over the list, tell how common the classes are. */
const MOST_MAPS = 2000;

/** Pixels of the ground and of each class in the label maps of these samples; zeros where there are no maps. */
export function pixelsOfClass(samples: SampleList, maps: LabelMaps | null, classes: readonly { readonly id: number }[]): number[] {
  const counts = new Array<number>(classes.length + 1).fill(0);
  if (maps === null) return counts;
  const indexOf = labelIndices(classes.map((one) => one.id));
  const square = new Uint8Array(maps.side ** 2);
  const step = Math.max(1, samples.length / MOST_MAPS);
  for (let at = 0; at < samples.length; at += step) {
    const { maskIndex } = samples.at(Math.floor(at));
    if (maskIndex === null) {
      counts[0] = (counts[0] ?? 0) + square.length;
      continue;
    }
    maps.read(maskIndex, square);
    for (const value of square) {
      const index = indexOf[value] ?? NO_LABEL;
      if (index !== NO_LABEL) counts[index] = (counts[index] ?? 0) + 1;
    }
  }
  return counts;
}

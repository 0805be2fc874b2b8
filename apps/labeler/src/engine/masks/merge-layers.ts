import type { Size } from '../model/geometry.js';
import { mergeMasks } from './kernels/merge-masks.js';
import { decodeLayers, encodeLayers } from './kernels/run-lengths.js';
import type { MaskLayer } from './mask-values.js';

interface Three {
  readonly base: readonly MaskLayer[];
  readonly mine: readonly MaskLayer[];
  readonly theirs: readonly MaskLayer[];
}

/** A three-way merge pixel by pixel, of layers as the API has them. @throws MaskFormatError where one of them is no mask of this size. */
export function mergeLayers(size: Size, { base, mine, theirs }: Three): { readonly merged: readonly MaskLayer[]; readonly overlapping: readonly number[] } {
  const { merged, overlapping } = mergeMasks(decodeLayers(base, size), decodeLayers(mine, size), decodeLayers(theirs, size));
  return { merged: encodeLayers(merged), overlapping };
}

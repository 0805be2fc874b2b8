import { isSameThing, type Comparable } from './same-thing.js';

/**
 * Whether a person rejected the like of a proposal on the same pixels: the same class, and boxes that overlap; without boxes the class alone, where that is
 * all there is to say, or else exactly the same shape.
 */
export function isRejectedBefore(proposed: Comparable, rejected: readonly Comparable[]): boolean {
  return rejected.some((one) => isSameThing(proposed, one) && shapeOf(proposed) === shapeOf(one));
}

/** What a box would say in short; the same for all that have one. */
function shapeOf({ bbox, counts, segmentation, keypoints }: Comparable): string {
  return bbox === undefined ? JSON.stringify([counts, segmentation, keypoints]) : '';
}

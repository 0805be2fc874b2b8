import { maskSpans } from '@app/dice-format';

/** Pixels of one class, as COCO run lengths; null where they do not add up to the image. */
const spansOf = (counts: string, pixels: number): readonly number[] => maskSpans(counts, pixels) ?? [];

/** Intersection over union of two masks of an image of so many pixels; 0 where neither has one. */
export function maskOverlap(one: string, other: string, pixels: number): number {
  const [a, b] = [spansOf(one, pixels), spansOf(other, pixels)];
  const shared = sharedPixels(a, b);
  return shared === 0 ? 0 : shared / (sizeOf(a) + sizeOf(b) - shared);
}

/** Whether each pixel of a mask is labeled, whatever the class: a proposal, which is only ever for pixels that nobody labeled, has nothing more to say. */
export function isCovered(mask: string, layers: readonly string[], pixels: number): boolean {
  const proposed = spansOf(mask, pixels);
  // Layers of one image share no pixel.
  return layers.reduce((sum, layer) => sum + sharedPixels(proposed, spansOf(layer, pixels)), 0) === sizeOf(proposed);
}

function sizeOf(spans: readonly number[]): number {
  let size = 0;
  for (let at = 0; at < spans.length; at += 2) size += (spans[at + 1] ?? 0) - (spans[at] ?? 0);
  return size;
}

/** Both are walked once, side by side. */
function sharedPixels(a: readonly number[], b: readonly number[]): number {
  let shared = 0;
  for (let [i, j] = [0, 0]; i < a.length && j < b.length; ) {
    const [endA, endB] = [a[i + 1] ?? 0, b[j + 1] ?? 0];
    shared += Math.max(0, Math.min(endA, endB) - Math.max(a[i] ?? 0, b[j] ?? 0));
    if (endA < endB) i += 2;
    else j += 2;
  }
  return shared;
}

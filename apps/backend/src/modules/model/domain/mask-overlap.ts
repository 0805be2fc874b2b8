/** Where a mask is set: start and end of each run of pixels, in their order, none touching the next. */
export type Spans = readonly number[];

/** Intersection over union of two masks of an image; 0 where neither has a pixel. */
export function maskOverlap(one: Spans, other: Spans): number {
  const shared = sharedPixels(one, other);
  return shared === 0 ? 0 : shared / (sizeOf(one) + sizeOf(other) - shared);
}

/** Whether each pixel of a mask is labeled, whatever the class: a proposal, which is only ever for pixels that nobody labeled, has nothing more to say. Layers of one image share no pixel. */
export function isCovered(mask: Spans, layers: readonly Spans[]): boolean {
  return layers.reduce((sum, layer) => sum + sharedPixels(mask, layer), 0) === sizeOf(mask);
}

function sizeOf(spans: Spans): number {
  let size = 0;
  for (let at = 0; at < spans.length; at += 2) size += (spans[at + 1] ?? 0) - (spans[at] ?? 0);
  return size;
}

/** Both are walked once, side by side. */
function sharedPixels(a: Spans, b: Spans): number {
  let shared = 0;
  for (let [i, j] = [0, 0]; i < a.length && j < b.length; ) {
    const [endA, endB] = [a[i + 1] ?? 0, b[j + 1] ?? 0];
    shared += Math.max(0, Math.min(endA, endB) - Math.max(a[i] ?? 0, b[j] ?? 0));
    if (endA < endB) i += 2;
    else j += 2;
  }
  return shared;
}

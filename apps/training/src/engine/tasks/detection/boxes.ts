/** x, y, width, height. */
export type XywhBox = readonly [number, number, number, number];

/** Intersection over union; for a crowd (`overCrowd`) over the first box alone, as COCO counts it. */
export function boxIou(box: XywhBox, other: XywhBox, overCrowd = false): number {
  const [x, y, width, height] = box;
  const [otherX, otherY, otherWidth, otherHeight] = other;
  const across = Math.min(x + width, otherX + otherWidth) - Math.max(x, otherX);
  const down = Math.min(y + height, otherY + otherHeight) - Math.max(y, otherY);
  if (across <= 0 || down <= 0) return 0;
  const shared = across * down;
  return shared / (overCrowd ? width * height : width * height + otherWidth * otherHeight - shared);
}

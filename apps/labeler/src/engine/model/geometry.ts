/** All lengths are pixels of the upright image, fractions allowed; the origin is its top left corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}
export interface Size {
  readonly width: number;
  readonly height: number;
}
export interface Box extends Point, Size {}
/** x1, y1, x2, y2 ...; the last point is joined to the first. */
export type Ring = readonly number[];
/** `v` as COCO has it: 0 absent, 1 hidden, 2 visible. */
export interface Keypoint extends Point {
  readonly v: 0 | 1 | 2;
}

export const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);
export const clampPoint = ({ x, y }: Point, { width, height }: Size): Point => ({ x: clamp(x, 0, width), y: clamp(y, 0, height) });
export const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);

/** The box whose opposite corners these are. */
export function boxOfCorners(a: Point, b: Point): Box {
  return { x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) };
}

/** The smallest box around the points; null around none. */
export function boxAround(points: Iterable<Point>): Box | null {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of points) {
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < top) top = y;
    if (y > bottom) bottom = y;
  }
  return left > right ? null : { x: left, y: top, width: right - left, height: bottom - top };
}

export function* pointsOf(ring: Ring): Generator<Point> {
  for (let index = 0; index + 1 < ring.length; index += 2) yield { x: ring[index] ?? 0, y: ring[index + 1] ?? 0 };
}
export const ringOf = (points: readonly Point[]): Ring => points.flatMap(({ x, y }) => [x, y]);

/** Twice the signed area by the shoelace formula, halved and without its sign. */
export function ringArea(ring: Ring): number {
  const points = [...pointsOf(ring)];
  let twice = 0;
  points.forEach((point, index) => {
    const next = points[(index + 1) % points.length] ?? point;
    twice += point.x * next.y - next.x * point.y;
  });
  return Math.abs(twice) / 2;
}

export const contains = (box: Box, { x, y }: Point): boolean => x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;

/** Intersection over union of two boxes, 0 to 1. */
export function intersectionOverUnion(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (a.width * a.height + b.width * b.height - shared);
}

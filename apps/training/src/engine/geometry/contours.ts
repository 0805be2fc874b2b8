import type { PlaneSize, Spans } from './mask-spans.js';

/** A closed line around what is above zero; positive area: seen as the image is (y down) it goes clockwise around the inside, negative: it is the border of a hole. */
export interface Contour {
  /** x, y, x, y ... in the plane's cells, where the middle of the first is at 0.5. */
  readonly ring: readonly number[];
  readonly area: number;
}

type Point = readonly [x: number, y: number];
interface Segment {
  readonly from: string;
  readonly to: string;
}

/**
 * Lines where a plane of numbers, row-major, passes through zero, linear between the middles of its cells; beyond the border it counts as below. Marching
 * squares (Lorensen and Cline 1987, in two dimensions); where two corners across are above, they are kept apart.
 */
export function contoursOf(plane: Float32Array, { width, height }: PlaneSize): Contour[] {
  const value = (x: number, y: number): number => (x < 0 || y < 0 || x >= width || y >= height ? OUTSIDE : (plane[y * width + x] ?? OUTSIDE));
  const points = new Map<string, Point>();
  const next = new Map<string, string>();
  for (let y = -1; y < height; y += 1) {
    for (let x = -1; x < width; x += 1) {
      // Most squares are all in or all out.
      const isIn = value(x, y) > 0;
      if (isIn === value(x + 1, y) > 0 && isIn === value(x, y + 1) > 0 && isIn === value(x + 1, y + 1) > 0) continue;
      for (const { from, to } of segmentsOf(x, y, { value, points })) next.set(from, to);
    }
  }
  return ringsOf(next, points);
}

/** Of a mask's steps, in pixels: what the middles of its pixels are in stays in. */
const STEP_TOLERANCE = 0.45;

/** The borders of a mask's pieces and holes, without the steps of its pixels; only the part of the plane that it lies in is looked at. */
export function spansRings(spans: Spans, { height }: PlaneSize): number[][] {
  const { left, top, right, bottom } = windowOf(spans, height);
  const size = { width: right - left, height: bottom - top };
  const plane = new Float32Array(size.width * size.height).fill(-1);
  for (let at = 0; at < spans.length; at += 2) {
    for (let pixel = spans[at] ?? 0; pixel < (spans[at + 1] ?? 0); pixel += 1) plane[((pixel % height) - top) * size.width + Math.floor(pixel / height) - left] = 1;
  }
  return contoursOf(plane, size).map(({ ring }) => simplified(ring, STEP_TOLERANCE).map((value, at) => value + (at % 2 === 0 ? left : top)));
}

/** Columns and rows that the spans touch. */
function windowOf(spans: Spans, height: number): { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number } {
  let [top, bottom] = [height, 0];
  for (let at = 0; at < spans.length; at += 2) {
    const [first, last] = [spans[at] ?? 0, (spans[at + 1] ?? 1) - 1];
    const isWithin = Math.floor(first / height) === Math.floor(last / height);
    top = Math.min(top, isWithin ? first % height : 0);
    bottom = Math.max(bottom, isWithin ? (last % height) + 1 : height);
  }
  if (spans.length === 0) return { left: 0, top: 0, right: 0, bottom: 0 };
  return { left: Math.floor((spans[0] ?? 0) / height), top, right: Math.floor(((spans.at(-1) ?? 1) - 1) / height) + 1, bottom };
}

/** Far enough below that a border cell ends close to its own edge. */
const OUTSIDE = -1e-3;

interface Field {
  readonly value: (x: number, y: number) => number;
  readonly points: Map<string, Point>;
}

/** Edges of a square: above, right, below, left. With the inside on the right hand, as the line goes: by the corners that are above (1: upper left, 2: upper right, 4: lower right, 8: lower left). */
const LINES: readonly (readonly (readonly [number, number])[])[] = [
  [],
  [[0, 3]],
  [[1, 0]],
  [[1, 3]],
  [[2, 1]],
  [
    [0, 3],
    [2, 1],
  ],
  [[2, 0]],
  [[2, 3]],
  [[3, 2]],
  [[0, 2]],
  [
    [1, 0],
    [3, 2],
  ],
  [[1, 2]],
  [[3, 1]],
  [[0, 1]],
  [[3, 0]],
  [],
];

function segmentsOf(x: number, y: number, field: Field): Segment[] {
  const { value } = field;
  const corners = [value(x, y), value(x + 1, y), value(x + 1, y + 1), value(x, y + 1)];
  const kind = corners.reduce((sum, corner, index) => sum + (corner > 0 ? 1 << index : 0), 0);
  return (LINES[kind] ?? []).map(([from, to]) => ({ from: edgePoint(x, y, from, field), to: edgePoint(x, y, to, field) }));
}

/** Names the point of an edge, so that both squares at it mean the same one. */
function edgePoint(x: number, y: number, edge: number, { value, points }: Field): string {
  const lies = edge === 0 || edge === 2;
  const [startX, startY] = [edge === 1 ? x + 1 : x, edge === 2 ? y + 1 : y];
  const name = `${lies ? 'h' : 'v'}${startX},${startY}`;
  if (!points.has(name)) {
    const [before, behind] = [value(startX, startY), lies ? value(startX + 1, startY) : value(startX, startY + 1)];
    const part = before / (before - behind);
    points.set(name, lies ? [startX + 0.5 + part, startY + 0.5] : [startX + 0.5, startY + 0.5 + part]);
  }
  return name;
}

function ringsOf(next: Map<string, string>, points: ReadonlyMap<string, Point>): Contour[] {
  const contours: Contour[] = [];
  for (const [start] of next) {
    if (!next.has(start)) continue;
    const ring: number[] = [];
    for (let at: string | undefined = start; at !== undefined; ) {
      ring.push(...(points.get(at) ?? []));
      const following: string | undefined = next.get(at);
      next.delete(at);
      at = following === undefined || !next.has(following) ? undefined : following;
    }
    contours.push({ ring, area: signedArea(ring) });
  }
  return contours;
}

/** Positive where the ring goes clockwise as an image is seen. */
export function signedArea(ring: readonly number[]): number {
  let twice = 0;
  for (let at = 0; at < ring.length; at += 2) {
    const [x = 0, y = 0] = [ring[at], ring[at + 1]];
    const [nextX = 0, nextY = 0] = [ring[(at + 2) % ring.length], ring[(at + 3) % ring.length]];
    twice += x * nextY - nextX * y;
  }
  return twice / 2;
}

/**
 * Leaves out points of a ring that lie closer than `tolerance` to the line between those that stay (Douglas and Peucker 1973), from the two points that are
 * farthest apart along the first axis; at least three stay.
 */
export function simplified(ring: readonly number[], tolerance: number): number[] {
  const points = Array.from({ length: ring.length / 2 }, (_, at): Point => [ring[2 * at] ?? 0, ring[2 * at + 1] ?? 0]);
  if (points.length <= 3) return [...ring];
  const xs = points.map(([x]) => x);
  const [first, second] = [xs.indexOf(Math.min(...xs)), xs.indexOf(Math.max(...xs))].sort((a, b) => a - b) as [number, number];
  const turned = [...points.slice(first), ...points.slice(0, first), points[first] ?? [0, 0]] as Point[];
  const middle = second - first;
  const kept = [...thinned(turned.slice(0, middle + 1), tolerance).slice(0, -1), ...thinned(turned.slice(middle), tolerance).slice(0, -1)];
  return kept.length >= 3 ? kept.flat() : [...ring];
}

function thinned(line: readonly Point[], tolerance: number): Point[] {
  const keep = new Set([0, line.length - 1]);
  const parts: [number, number][] = [[0, line.length - 1]];
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const [from, to] = part;
    const far = farthest(line, from, to);
    if (far === null || far.distance <= tolerance) continue;
    keep.add(far.index);
    parts.push([from, far.index], [far.index, to]);
  }
  return line.filter((_, index) => keep.has(index));
}

function farthest(line: readonly Point[], from: number, to: number): { readonly index: number; readonly distance: number } | null {
  const [[ax, ay], [bx, by]] = [line[from] ?? [0, 0], line[to] ?? [0, 0]];
  const length = Math.hypot(bx - ax, by - ay);
  let best: { readonly index: number; readonly distance: number } | null = null;
  for (let index = from + 1; index < to; index += 1) {
    const [x, y] = line[index] ?? [0, 0];
    const distance = length === 0 ? Math.hypot(x - ax, y - ay) : Math.abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length;
    if (best === null || distance > best.distance) best = { index, distance };
  }
  return best;
}

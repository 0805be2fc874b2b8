import type { Point } from '../../model/geometry.js';
import type { FillColumn } from './label-map.js';

export interface Sweep {
  readonly from: Point;
  readonly to: Point;
  /** Whole pixels. */
  readonly diameter: number;
}

/** An odd brush stands on a pixel and an even one on a corner, so that it always covers as many pixels. */
export function snapped({ x, y }: Point, diameter: number): Point {
  return diameter % 2 === 1 ? { x: Math.floor(x) + 0.5, y: Math.floor(y) + 0.5 } : { x: Math.round(x), y: Math.round(y) };
}

/** Every pixel whose centre a round brush covers on its way along a line. It is convex, so that each column has one run. */
export function sweepBrush({ from, to, diameter }: Sweep, fill: FillColumn): void {
  const [a, b, radius] = [snapped(from, diameter), snapped(to, diameter), diameter / 2];
  const edges = sidesOf(a, b, radius);
  const [first, last] = [Math.floor(Math.min(a.x, b.x) - radius), Math.ceil(Math.max(a.x, b.x) + radius)];
  for (let x = first; x <= last; x += 1) {
    const range = { low: Infinity, high: -Infinity };
    widenByDisc(range, a, { radius, x: x + 0.5 });
    widenByDisc(range, b, { radius, x: x + 0.5 });
    for (const edge of edges) widenByEdge(range, edge, x + 0.5);
    if (range.low <= range.high) fill(x, Math.ceil(range.low - 0.5), Math.floor(range.high - 0.5) + 1);
  }
}

interface Range {
  low: number;
  high: number;
}
type Edge = readonly [Point, Point];

/** The two long sides of the way; its ends are the discs' business. */
function sidesOf(a: Point, b: Point, radius: number): readonly Edge[] {
  const length = Math.hypot(b.x - a.x, b.y - a.y);
  if (length === 0) return [];
  const across = { x: (-(b.y - a.y) / length) * radius, y: ((b.x - a.x) / length) * radius };
  const beside = ({ x, y }: Point, side: 1 | -1): Point => ({ x: x + side * across.x, y: y + side * across.y });
  const [aLeft, bLeft, aRight, bRight] = [beside(a, 1), beside(b, 1), beside(a, -1), beside(b, -1)];
  return [[aLeft, bLeft], [aRight, bRight]];
}

function widenByDisc(range: Range, centre: Point, { radius, x }: { readonly radius: number; readonly x: number }): void {
  const square = radius * radius - (x - centre.x) ** 2;
  if (square < 0) return;
  const half = Math.sqrt(square);
  range.low = Math.min(range.low, centre.y - half);
  range.high = Math.max(range.high, centre.y + half);
}

function widenByEdge(range: Range, [from, to]: Edge, x: number): void {
  if (x < Math.min(from.x, to.x) || x > Math.max(from.x, to.x) || from.x === to.x) return;
  const y = from.y + ((x - from.x) / (to.x - from.x)) * (to.y - from.y);
  range.low = Math.min(range.low, y);
  range.high = Math.max(range.high, y);
}

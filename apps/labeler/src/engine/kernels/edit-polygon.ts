import { distance, pointsOf, ringArea, ringOf, type Point, type Ring } from '../model/geometry.js';
import { edgesOf, nearestOn } from './hit-test.js';

/** A vertex: of which ring, and which of it. */
export interface VertexPlace {
  readonly ring: number;
  readonly vertex: number;
}
export interface EdgePlace extends VertexPlace {
  /** Where on the edge behind the vertex. */
  readonly point: Point;
}

const LEAST_VERTICES = 3;

export function vertexAt(rings: readonly Ring[], point: Point, reach: number): VertexPlace | null {
  let best: (VertexPlace & { readonly away: number }) | null = null;
  rings.forEach((ring, ringIndex) => {
    [...pointsOf(ring)].forEach((vertex, index) => {
      const away = distance(vertex, point);
      if (away <= reach && (best === null || away < best.away)) best = { ring: ringIndex, vertex: index, away };
    });
  });
  return best;
}

export function edgeAt(rings: readonly Ring[], point: Point, reach: number): EdgePlace | null {
  let best: (EdgePlace & { readonly away: number }) | null = null;
  rings.forEach((ring, ringIndex) => {
    for (const edge of edgesOf(ring)) {
      const nearest = nearestOn(edge, point);
      const away = distance(nearest, point);
      if (away <= reach && (best === null || away < best.away)) best = { ring: ringIndex, vertex: edge.index, point: nearest, away };
    }
  });
  return best;
}

const withRing = (rings: readonly Ring[], index: number, change: (points: Point[]) => readonly Point[]): readonly Ring[] =>
  rings.map((ring, at) => (at === index ? ringOf(change([...pointsOf(ring)])) : ring));

export const moveVertex = (rings: readonly Ring[], { ring, vertex }: VertexPlace, to: Point): readonly Ring[] => withRing(rings, ring, (points) => points.with(vertex, to));

/** A new vertex behind the one that the edge begins at. */
export const insertVertex = (rings: readonly Ring[], { ring, vertex }: VertexPlace, point: Point): readonly Ring[] => withRing(rings, ring, (points) => points.toSpliced(vertex + 1, 0, point));

/** Without the vertex; a ring of three goes with it, and null says that no ring is left. */
export function removeVertex(rings: readonly Ring[], { ring, vertex }: VertexPlace): readonly Ring[] | null {
  const count = (rings[ring]?.length ?? 0) / 2;
  if (count > LEAST_VERTICES) return withRing(rings, ring, (points) => points.toSpliced(vertex, 1));
  return rings.length > 1 ? rings.toSpliced(ring, 1) : null;
}

export const movedRings = (rings: readonly Ring[], by: Point): readonly Ring[] => rings.map((ring) => ring.map((value, index) => value + (index % 2 === 0 ? by.x : by.y)));

/** Whether points make a ring that the format takes: three corners and an area. */
export function isRing(points: readonly Point[], leastArea = 0): boolean {
  return points.length >= LEAST_VERTICES && ringArea(ringOf(points)) > leastArea;
}

/**
 * A freehand line with fewer points that strays from it by `tolerance` at most: Ramer-Douglas-Peucker, without recursion, since a line drawn
 * slowly has thousands of points.
 */
export function simplified(points: readonly Point[], tolerance: number): readonly Point[] {
  const kept = new Set([0, points.length - 1]);
  const open: [number, number][] = [[0, points.length - 1]];
  for (let span = open.pop(); span !== undefined; span = open.pop()) {
    const [from, to] = span;
    const farthest = farthestFrom(points, from, to);
    if (farthest === null || farthest.away <= tolerance) continue;
    kept.add(farthest.index);
    open.push([from, farthest.index], [farthest.index, to]);
  }
  return points.filter((_, index) => kept.has(index));
}

function farthestFrom(points: readonly Point[], first: number, last: number): { readonly index: number; readonly away: number } | null {
  const [from, to] = [points[first], points[last]];
  if (from === undefined || to === undefined) return null;
  let best: { index: number; away: number } | null = null;
  for (let index = first + 1; index < last; index += 1) {
    const point = points[index];
    if (point === undefined) continue;
    const away = distance(nearestOn({ from, to }, point), point);
    if (best === null || away > best.away) best = { index, away };
  }
  return best;
}

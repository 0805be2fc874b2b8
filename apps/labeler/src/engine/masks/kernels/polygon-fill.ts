import { boxAround, pointsOf, type Ring } from '../../model/geometry.js';
import type { FillColumn } from './label-map.js';

interface Edge {
  readonly left: number;
  readonly right: number;
  readonly y: number;
  readonly slope: number;
}

/** Every pixel whose centre lies in an odd number of the rings: a ring in a ring is a hole. */
export function fillRings(rings: readonly Ring[], fill: FillColumn): void {
  const bounds = boxAround(rings.flatMap((ring) => [...pointsOf(ring)]));
  if (bounds === null) return;
  const edges = rings.flatMap(edgesOf).sort((a, b) => a.left - b.left);
  let [next, active]: [number, Edge[]] = [0, []];
  for (let x = Math.floor(bounds.x); x < bounds.x + bounds.width; x += 1) {
    const centre = x + 0.5;
    for (let edge = edges[next]; edge !== undefined && edge.left <= centre; edge = edges[(next += 1)]) active.push(edge);
    active = active.filter((edge) => edge.right > centre);
    const crossings = active.map((edge) => edge.y + (centre - edge.left) * edge.slope).sort((a, b) => a - b);
    for (let index = 0; index + 1 < crossings.length; index += 2) {
      const [top, bottom] = [Math.ceil((crossings[index] ?? 0) - 0.5), Math.ceil((crossings[index + 1] ?? 0) - 0.5)];
      if (top < bottom) fill(x, top, bottom);
    }
  }
}

/** Upright edges cross no column. */
function edgesOf(ring: Ring): readonly Edge[] {
  const points = [...pointsOf(ring)];
  return points.flatMap((from, index) => {
    const to = points[(index + 1) % points.length] ?? from;
    const [left, right] = from.x < to.x ? [from, to] : [to, from];
    return left.x === right.x ? [] : [{ left: left.x, right: right.x, y: left.y, slope: (right.y - left.y) / (right.x - left.x) }];
  });
}

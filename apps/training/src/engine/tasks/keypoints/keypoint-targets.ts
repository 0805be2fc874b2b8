import type { Placement } from '../../data/placement.js';
import type { Sample } from '../../samples/sample.js';
import type { SeenObject } from '../detection/center-targets.js';
import { GRID_STRIDE } from '../detection/centers-small.js';
import type { Targets } from '../training-task.js';
import type { Skeletons } from './skeletons.js';

/** Cells around the middle of an object, each way, that are told of its points. */
const REACH = 1;

/** Points of an object in pixels of the square, in the order that they have in this view; visibility 0 where nobody marked it. */
export function seenPoints(keypoints: readonly number[], placement: Placement, mirrored: readonly number[] | null): number[] {
  const count = keypoints.length / 3;
  const points = new Array<number>(keypoints.length).fill(0);
  for (let point = 0; point < count; point += 1) {
    const [x = 0, y = 0, visibility = 0] = keypoints.slice(3 * point, 3 * point + 3);
    if (visibility === 0) continue;
    const target = placement.warp?.flip === true ? (mirrored?.[point] ?? point) : point;
    const [atX, atY] = placement.point(x, y);
    points.splice(3 * target, 3, atX, atY, visibility);
  }
  return points;
}

/**
 * Writes `points` [2 K, G, G] (from the cell's middle to each point, in eighths of the square), `pointWeights` [2 K, G, G] (1 in all for each point), `shown` [K, G, G] (whether
 * the point was marked) and `shownWeights` [K, G, G]. The cells around a middle say the same: the peak may lie beside it.
 */
export function writeKeypointTargets(sample: Sample, placement: Placement, of: { readonly learned: readonly SeenObject[]; readonly skeletons: Skeletons; readonly into: Targets }): void {
  const planes = planesOf(of.into);
  if (planes === null) return;
  const side = placement.fit.side / GRID_STRIDE;
  for (const { index, cell, classIndex } of of.learned) {
    const seen = seenPoints(sample.objects[index]?.keypoints ?? [], placement, of.skeletons.mirrored[classIndex] ?? null);
    const cells = around(cell, side);
    for (const one of cells) writeCell(planes, { seen, cell: one, side, share: 1 / cells.length });
  }
}

type PointPlanes = Readonly<Record<'points' | 'pointWeights' | 'shown' | 'shownWeights', Float32Array>>;

function planesOf({ points, pointWeights, shown, shownWeights }: Targets): PointPlanes | null {
  if (points === undefined || pointWeights === undefined || shown === undefined || shownWeights === undefined) return null;
  return { points, pointWeights, shown, shownWeights };
}

/** What one cell says of all points. `share`: of the cells that say the same. */
function writeCell(planes: PointPlanes, { seen, cell, side, share }: { readonly seen: readonly number[]; readonly cell: number; readonly side: number; readonly share: number }): void {
  const unit = (side * GRID_STRIDE) / 8;
  const middle = [GRID_STRIDE * ((cell % side) + 0.5), GRID_STRIDE * (Math.floor(cell / side) + 0.5)];
  for (let point = 0; point < seen.length / 3; point += 1) {
    const visibility = seen[3 * point + 2] ?? 0;
    middle.forEach((from, axis) => {
      const at = (2 * point + axis) * side * side + cell;
      planes.points[at] = ((seen[3 * point + axis] ?? 0) - from) / unit;
      planes.pointWeights[at] = visibility === 0 ? 0 : share / 2;
    });
    planes.shown[point * side * side + cell] = Math.min(1, visibility);
    planes.shownWeights[point * side * side + cell] = share;
  }
}

/** A cell and its neighbours inside the grid. */
function around(cell: number, side: number): number[] {
  const [x, y] = [cell % side, Math.floor(cell / side)];
  const cells: number[] = [];
  for (let row = Math.max(0, y - REACH); row <= Math.min(side - 1, y + REACH); row += 1) {
    for (let column = Math.max(0, x - REACH); column <= Math.min(side - 1, x + REACH); column += 1) cells.push(row * side + column);
  }
  return cells;
}

import RBush from 'rbush';
import { boundsOf, areaOf, type LabelObject } from '../model/label-object.js';
import { clamp, contains, pointsOf, type Box, type Point, type Ring } from '../model/geometry.js';

interface Item {
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
  readonly object: LabelObject;
}

/** Where the objects of an image are: an R-tree (rbush), so that ten thousand of them are asked in microseconds. */
export class SpatialIndex {
  private readonly tree = new RBush<Item>();
  private readonly items = new Map<string, Item>();

  load(objects: readonly LabelObject[]): void {
    this.tree.clear();
    this.items.clear();
    for (const object of objects) {
      const item = itemOf(object);
      if (item !== null) this.items.set(object.id, item);
    }
    this.tree.load([...this.items.values()]);
  }

  /** Puts, moves or (null) takes out one. */
  set(id: string, object: LabelObject | null): void {
    const old = this.items.get(id);
    if (old !== undefined) this.tree.remove(old);
    this.items.delete(id);
    const item = object === null ? null : itemOf(object);
    if (item === null) return;
    this.items.set(id, item);
    this.tree.insert(item);
  }

  /** Objects whose bounds meet the box, in no order. */
  within({ x, y, width, height }: Box): readonly LabelObject[] {
    return this.tree.search({ minX: x, minY: y, maxX: x + width, maxY: y + height }).map((item) => item.object);
  }

  /**
   * Objects under the pointer, the smallest first: a bottle on a table is meant where both are. `reach` in image pixels is how far beside an
   * outline still counts.
   */
  at(point: Point, reach: number): readonly LabelObject[] {
    const near = this.within({ x: point.x - reach, y: point.y - reach, width: 2 * reach, height: 2 * reach });
    const hit = near.filter((object) => covers(object, point, reach));
    return hit.length < 2 ? hit : hit.sort((a, b) => areaOf(a.geometry) - areaOf(b.geometry) || (a.id < b.id ? -1 : 1));
  }
}

function itemOf(object: LabelObject): Item | null {
  const box = boundsOf(object.geometry);
  return box === null ? null : { minX: box.x, minY: box.y, maxX: box.x + box.width, maxY: box.y + box.height, object };
}

function covers({ geometry }: LabelObject, point: Point, reach: number): boolean {
  switch (geometry.kind) {
    case 'none':
      return false;
    case 'polygon':
      return geometry.rings.some((ring) => isInRing(ring, point) || distanceToRing(ring, point) <= reach);
    case 'keypoints':
    case 'box':
    case 'mask':
      return contains(grown(geometry.box, reach), point);
  }
}

const grown = ({ x, y, width, height }: Box, by: number): Box => ({ x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by });

/** Even-odd rule. On the bare numbers: it is asked for each polygon near each place of the pointer. */
export function isInRing(ring: Ring, { x, y }: Point): boolean {
  let inside = false;
  let [lastX, lastY] = [ring.at(-2) ?? 0, ring.at(-1) ?? 0];
  for (let index = 0; index + 1 < ring.length; index += 2) {
    const [nextX, nextY] = [ring[index] ?? 0, ring[index + 1] ?? 0];
    if (lastY > y !== nextY > y && x < ((nextX - lastX) * (y - lastY)) / (nextY - lastY) + lastX) inside = !inside;
    lastX = nextX;
    lastY = nextY;
  }
  return inside;
}

export interface Edge {
  /** Of the vertex that it begins at. */
  readonly index: number;
  readonly from: Point;
  readonly to: Point;
}
export function edgesOf(ring: Ring): readonly Edge[] {
  const points = [...pointsOf(ring)];
  return points.map((from, index) => ({ index, from, to: points[(index + 1) % points.length] ?? from }));
}

function distanceToRing(ring: Ring, { x, y }: Point): number {
  let least = Infinity;
  let [lastX, lastY] = [ring.at(-2) ?? 0, ring.at(-1) ?? 0];
  for (let index = 0; index + 1 < ring.length; index += 2) {
    const [nextX, nextY] = [ring[index] ?? 0, ring[index + 1] ?? 0];
    const [dx, dy] = [nextX - lastX, nextY - lastY];
    const length = dx * dx + dy * dy;
    const along = length === 0 ? 0 : clamp(((x - lastX) * dx + (y - lastY) * dy) / length, 0, 1);
    least = Math.min(least, (lastX + along * dx - x) ** 2 + (lastY + along * dy - y) ** 2);
    lastX = nextX;
    lastY = nextY;
  }
  return Math.sqrt(least);
}

/** The point of an edge that lies nearest. */
export function nearestOn({ from, to }: Pick<Edge, 'from' | 'to'>, point: Point): Point {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((point.x - from.x) * dx + (point.y - from.y) * dy) / length));
  return { x: from.x + along * dx, y: from.y + along * dy };
}

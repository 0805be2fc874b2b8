import { boxAround, type Box, type Keypoint, type Point, type Size } from '../model/geometry.js';
import { boundsOf, type Geometry, type LabelObject } from '../model/label-object.js';
import { movedBox, resized, stepWithin, type Handle } from './edit-box.js';
import { movedRings } from './edit-polygon.js';

/** Whether the canvas can move it: a mask in run lengths has its pixels where they are. */
export const isMovable = ({ geometry }: LabelObject): boolean => geometry.kind !== 'none' && geometry.kind !== 'mask';

/** By `by`, as far as the image goes. */
export function moved(object: LabelObject, by: Point, image: Size): LabelObject {
  const bounds = boundsOf(object.geometry);
  if (bounds === null || !isMovable(object)) return object;
  return { ...object, geometry: movedGeometry(object.geometry, stepWithin(bounds, by, image)) };
}

function movedGeometry(geometry: Geometry, by: Point): Geometry {
  switch (geometry.kind) {
    case 'box':
      return { ...geometry, box: movedBox(geometry.box, by) };
    case 'polygon':
      return { ...geometry, rings: movedRings(geometry.rings, by) };
    case 'keypoints':
      return { ...geometry, box: movedBox(geometry.box, by), points: geometry.points.map((point) => (point.v === 0 ? point : { ...point, x: point.x + by.x, y: point.y + by.y })) };
    case 'mask':
    case 'none':
      return geometry;
  }
}

/** The object with a handle of its box at `to`; polygons have vertices instead. */
export function resizedObject(object: LabelObject, handle: Handle, to: Point, image: Size): LabelObject {
  const { geometry } = object;
  if (geometry.kind !== 'box' && geometry.kind !== 'keypoints') return object;
  return { ...object, geometry: { ...geometry, box: resized(geometry.box, handle, to, image) } };
}

/** A keypoint at another place, or seen differently; its box grows where the point leaves it. */
export function withKeypoint(object: LabelObject, index: number, point: Keypoint): LabelObject {
  const { geometry } = object;
  if (geometry.kind !== 'keypoints') return object;
  const points = geometry.points.with(index, point);
  return { ...object, geometry: { ...geometry, points, box: point.v === 0 ? geometry.box : around(geometry.box, point) } };
}

function around(box: Box, point: Point): Box {
  return boxAround([box, { x: box.x + box.width, y: box.y + box.height }, point]) ?? box;
}

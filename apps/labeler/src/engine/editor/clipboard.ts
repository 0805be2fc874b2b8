import { moved } from '../kernels/transform.js';
import { boxOfCorners, clampPoint, type Point, type Size } from '../model/geometry.js';
import { boundsOf, type Geometry, type LabelObject } from '../model/label-object.js';

/** Image pixels that a copy lies beside what it is a copy of, so that both are seen. */
const BESIDE: Point = { x: 10, y: 10 };

/** Objects to be put in again, also into another image: what does not fit there is cut, and left out where nothing is left. */
export class Clipboard {
  private objects: readonly LabelObject[] = [];

  put(objects: readonly LabelObject[]): void {
    if (objects.length > 0) this.objects = objects;
  }

  take(image: Size, newId: () => string, beside: Point = BESIDE): readonly LabelObject[] {
    return this.objects.flatMap((object) => {
      const geometry = within(object.geometry, image);
      if (geometry === null) return [];
      // A copy is a new object, made by a person; what came with the old one (its number, its model) is not its own.
      const copy: LabelObject = { ...object, id: newId(), geometry, source: 'manual', score: null, rest: {} };
      return [moved(copy, beside, image)];
    });
  }
}

/** The shape cut to an image; null where nothing of it lies inside, or where it belongs to the pixels of its own image. */
function within(geometry: Geometry, image: Size): Geometry | null {
  if (geometry.kind === 'none') return geometry;
  if (geometry.kind === 'mask') return null;
  const bounds = boundsOf(geometry);
  if (bounds === null) return null;
  const box = boxOfCorners(clampPoint(bounds, image), clampPoint({ x: bounds.x + bounds.width, y: bounds.y + bounds.height }, image));
  if (box.width <= 0 || box.height <= 0) return null;
  if (geometry.kind === 'box') return { ...geometry, box };
  if (geometry.kind === 'keypoints') return { ...geometry, box, points: geometry.points.map((point) => ({ ...point, ...clampPoint(point, image) })) };
  return { ...geometry, rings: geometry.rings.map((ring) => ring.map((value, index) => Math.min(Math.max(value, 0), index % 2 === 0 ? image.width : image.height))) };
}

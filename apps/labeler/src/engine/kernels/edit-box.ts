import { boxOfCorners, clamp, clampPoint, type Box, type Point, type Size } from '../model/geometry.js';

/** Which sides a handle moves: -1 left or top, 1 right or bottom, 0 none. */
export interface Handle {
  readonly x: -1 | 0 | 1;
  readonly y: -1 | 0 | 1;
}

/** Corners before sides: where both are within reach, the corner is meant. */
export const HANDLES: readonly Handle[] = [
  { x: -1, y: -1 },
  { x: 1, y: -1 },
  { x: 1, y: 1 },
  { x: -1, y: 1 },
  { x: 0, y: -1 },
  { x: 1, y: 0 },
  { x: 0, y: 1 },
  { x: -1, y: 0 },
];

export const handlePoint = ({ x, y, width, height }: Box, handle: Handle): Point => ({ x: x + (width * (handle.x + 1)) / 2, y: y + (height * (handle.y + 1)) / 2 });

/** The box with the handle at `to`; drawn through itself, it turns over. Cut to the image. */
export function resized(box: Box, handle: Handle, to: Point, image: Size): Box {
  const at = clampPoint(to, image);
  const [right, bottom] = [box.x + box.width, box.y + box.height];
  const moved = {
    left: handle.x === -1 ? at.x : box.x,
    right: handle.x === 1 ? at.x : right,
    top: handle.y === -1 ? at.y : box.y,
    bottom: handle.y === 1 ? at.y : bottom,
  };
  return boxOfCorners({ x: moved.left, y: moved.top }, { x: moved.right, y: moved.bottom });
}

/** How far something within `bounds` can go by `by` without leaving the image. */
export function stepWithin(bounds: Box, by: Point, image: Size): Point {
  return { x: stepOf(bounds.x, bounds.width, by.x, image.width), y: stepOf(bounds.y, bounds.height, by.y, image.height) };
}

/** What is wider than the image, by a fraction of a pixel of rounding, stays. */
const stepOf = (start: number, length: number, by: number, limit: number): number => (length > limit ? 0 : clamp(by, -start, limit - length - start));

export const movedBox = (box: Box, by: Point): Box => ({ ...box, x: box.x + by.x, y: box.y + by.y });

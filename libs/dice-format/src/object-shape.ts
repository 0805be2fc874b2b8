import { isInteger, isNumbers, isObject, type JsonObject } from './json-access.js';

/** Where and in what size of image a shape stands. `report` adds an error at the pointer of the shape. */
export interface ShapeContext {
  readonly width: number | undefined;
  readonly height: number | undefined;
  /** Told the largest x and y, for images whose size is not known yet. */
  readonly extent: { x: number; y: number };
  report(code: string, message: string, field: string): void;
}

/** Boxes of other tools cross the border by rounding; up to one pixel is cut off. */
const CLAMP_PIXELS = 1;
type Box = readonly [x: number, y: number, width: number, height: number];

function note(context: ShapeContext, x: number, y: number): void {
  if (context.width === undefined) context.extent.x = Math.max(context.extent.x, x);
  if (context.height === undefined) context.extent.y = Math.max(context.extent.y, y);
}

function fourOf(values: readonly number[]): Box {
  return [values[0] ?? 0, values[1] ?? 0, values[2] ?? 0, values[3] ?? 0];
}

/** Checks `[x, y, w, h]` and cuts a crossing of up to one pixel. */
export function readBox(value: unknown, context: ShapeContext): Box | undefined {
  if (!isNumbers(value) || value.length !== 4) return refused(context, 'invalid-box', 'A box is four finite numbers x, y, w, h.', 'bbox');
  const [x, y, w, h] = fourOf(value);
  if (w <= 0 || h <= 0) return refused(context, 'box-size', 'A box has a width and height above zero.', 'bbox');
  note(context, x + w, y + h);
  return insideImage([x, y, w, h], context);
}

/** Cuts each axis that crosses the border and leaves the other as it is, so that a box which was cut once is not changed again. */
function insideImage([x, y, w, h]: Box, context: ShapeContext): Box | undefined {
  const { width = Number.POSITIVE_INFINITY, height = Number.POSITIVE_INFINITY } = context;
  const outside = Math.max(-x, -y, x + w - width, y + h - height);
  if (outside > CLAMP_PIXELS || x >= width || y >= height) return refused(context, 'box-outside', 'A box lies outside of its image by more than one pixel.', 'bbox');
  const [left, clampedWidth] = insideAxis(x, w, width);
  const [top, clampedHeight] = insideAxis(y, h, height);
  if (clampedWidth > 0 && clampedHeight > 0) return [left, top, clampedWidth, clampedHeight];
  return refused(context, 'box-outside', 'Nothing of a box lies inside of its image.', 'bbox');
}

function insideAxis(start: number, length: number, most: number): readonly [start: number, length: number] {
  if (start >= 0 && start + length <= most) return [start, length];
  const cut = Math.max(0, start);
  return [cut, Math.min(most, start + length) - cut];
}

function refused(context: ShapeContext, code: string, message: string, field: string): undefined {
  context.report(code, message, field);
  return undefined;
}

function clampPoint(value: number, size: number | undefined): number | undefined {
  if (value < -CLAMP_PIXELS || value > (size ?? Number.POSITIVE_INFINITY) + CLAMP_PIXELS) return undefined;
  return Math.min(Math.max(0, value), size ?? Number.POSITIVE_INFINITY);
}

function readRing(ring: unknown, context: ShapeContext): number[] | undefined {
  if (!isNumbers(ring)) return refused(context, 'invalid-polygon', 'A polygon is a list of finite numbers.', 'segmentation');
  if (ring.length % 2 !== 0) return refused(context, 'invalid-polygon', 'A polygon has as many x as y.', 'segmentation');
  if (ring.length < 6) return refused(context, 'invalid-polygon', 'A polygon has at least three points.', 'segmentation');
  const clamped: number[] = [];
  for (let at = 0; at < ring.length; at += 2) {
    const x = clampPoint(ring[at] ?? 0, context.width);
    const y = clampPoint(ring[at + 1] ?? 0, context.height);
    if (x === undefined || y === undefined) return refused(context, 'polygon-outside', 'A polygon lies outside of its image by more than one pixel.', 'segmentation');
    note(context, x, y);
    clamped.push(x, y);
  }
  return clamped;
}

/** Run lengths of a COCO string: five bits a character from code 48, the sixth says that more follow; from the fourth on, differences. */
export function rleCounts(text: string): number[] | undefined {
  const counts: number[] = [];
  let value = 0;
  let factor = 1;
  for (const character of text) {
    const bits = character.charCodeAt(0) - 48;
    if (bits < 0 || bits > 63 || factor > 2 ** 40) return undefined;
    value += (bits & 31) * factor;
    factor *= 32;
    if (bits >= 32) continue;
    if ((bits & 16) !== 0) value -= factor;
    counts.push(counts.length > 2 ? value + (counts[counts.length - 2] ?? 0) : value);
    value = 0;
    factor = 1;
  }
  return factor === 1 ? counts : undefined;
}

function countsOf(raw: unknown): number[] | undefined {
  const counts = typeof raw === 'string' ? rleCounts(raw) : raw;
  return isNumbers(counts) && counts.every((count) => isInteger(count, 0)) ? counts : undefined;
}

function readRle(value: JsonObject, context: ShapeContext): { size: number[]; counts: number[] } | undefined {
  const { size } = value;
  const counts = countsOf(value['counts']);
  if (!isNumbers(size) || size.length !== 2 || counts === undefined) {
    return refused(context, 'invalid-rle', 'A run-length mask has size [height, width] and counts from 0.', 'segmentation');
  }
  const [height = 0, width = 0] = size;
  if ((context.height ?? height) !== height || (context.width ?? width) !== width) return refused(context, 'invalid-rle', 'The size of a run-length mask differs from its image.', 'segmentation');
  note(context, width, height);
  if (counts.reduce((sum, count) => sum + count, 0) !== width * height) return refused(context, 'invalid-rle', 'The runs of a mask do not add up to its size.', 'segmentation');
  return { size, counts };
}

/** Rings of polygons, or a COCO run-length mask. */
export function readSegmentation(value: unknown, context: ShapeContext): number[][] | { size: number[]; counts: number[] } | undefined {
  if (isObject(value)) return readRle(value, context);
  if (!Array.isArray(value) || value.length === 0) return refused(context, 'invalid-polygon', 'A segmentation is a list of polygons or a run-length mask.', 'segmentation');
  const rings = value.map((ring: unknown) => readRing(ring, context));
  const read = rings.filter((ring) => ring !== undefined);
  return read.length === rings.length ? read : undefined;
}

/** Keypoints, flat or as triples; `count` is what the class defines. */
export function readKeypoints(value: unknown, count: number | undefined, context: ShapeContext): number[] | undefined {
  const flat: unknown = Array.isArray(value) ? value.flat() : value;
  if (!isNumbers(flat) || flat.length % 3 !== 0 || flat.length === 0) return refused(context, 'invalid-keypoints', 'Keypoints are finite numbers x, y, v for each point.', 'keypoints');
  if (count !== undefined && flat.length !== count * 3) return refused(context, 'keypoint-count', `The class has ${count} keypoints, the object has ${flat.length / 3}.`, 'keypoints');
  const points: number[] = [];
  for (let at = 0; at < flat.length; at += 3) {
    const point = readPoint(flat.slice(at, at + 3), context);
    if (point === undefined) return undefined;
    points.push(...point);
  }
  return points;
}

function readPoint(triple: readonly number[], context: ShapeContext): number[] | undefined {
  const [rawX, rawY, visible] = fourOf(triple);
  if (visible !== 0 && visible !== 1 && visible !== 2) return refused(context, 'invalid-keypoints', 'The visibility of a keypoint is 0, 1 or 2.', 'keypoints');
  // An absent point has no place; writers put zeros there.
  if (visible === 0) return [rawX, rawY, 0];
  const x = clampPoint(rawX, context.width);
  const y = clampPoint(rawY, context.height);
  if (x === undefined || y === undefined) return refused(context, 'keypoint-outside', 'A keypoint lies outside of its image by more than one pixel.', 'keypoints');
  note(context, x, y);
  return [x, y, visible];
}

import { tightBox, type JsonObject, type PixelSize } from '@app/dice-format';
import { boxOf, sparse } from '../fields.js';
import type { Box, FormatObject, RunLengths } from '../model.js';
import { valueOfText } from '../text/scalar-text.js';
import { childrenOf, numberOf, type XmlElement } from '../text/xml-element.js';
import { runLengthsOf } from './cvat-mask.js';

export type Report = (code: string, message: string) => void;

/** A shape of an image, before those that belong together are joined. */
export interface CvatShape {
  readonly className: string;
  /** Shapes with the same one belong together; 0 or none: to nothing. */
  readonly group: string;
  readonly attributes: JsonObject;
  readonly bbox?: Box;
  readonly ring?: number[];
  readonly mask?: RunLengths;
  readonly keypoints?: number[];
}

export interface ShapePlace {
  readonly size: PixelSize | undefined;
  /** Names of a skeleton's points, by label. */
  readonly points: ReadonlyMap<string, readonly string[]>;
  readonly report: Report;
}

/** Elements of an image that are shapes. Undefined where something was reported. */
export function shapeOf(element: XmlElement, place: ShapePlace): CvatShape | undefined {
  const { label = '', group_id: group = '0' } = element.attributes;
  if (label === '') return refused(place, 'no-class', 'it has no label.');
  const common = { className: label, group: group === '0' ? '' : group, attributes: attributesOf(element) };
  const drawn = SHAPES[element.name]?.(element, place);
  return drawn === undefined ? undefined : { ...common, ...drawn };
}

type Drawn = Pick<CvatShape, 'bbox' | 'ring' | 'mask' | 'keypoints'>;

const SHAPES: Readonly<Record<string, (element: XmlElement, place: ShapePlace) => Drawn | undefined>> = { tag: () => ({}), box: boxShape, polygon: polygonShape, mask: maskShape, skeleton: skeletonShape };

export const isShape = (name: string): boolean => Object.hasOwn(SHAPES, name);

function boxShape({ attributes: given }: XmlElement, place: ShapePlace): Drawn | undefined {
  const [left, top, right, bottom] = ['xtl', 'ytl', 'xbr', 'ybr'].map((name) => numberOf(given[name]));
  if (left === undefined || top === undefined || right === undefined || bottom === undefined || right <= left || bottom <= top) {
    return refused(place, 'invalid-box', 'a box has xtl, ytl, xbr and ybr, finite numbers, and a width and a height above zero.');
  }
  if (![undefined, 0].includes(numberOf(given['rotation']))) return refused(place, 'unsupported-shape', 'a rotated box has no place in any task.');
  return { bbox: [left, top, right - left, bottom - top] };
}

function polygonShape({ attributes: given }: XmlElement, place: ShapePlace): Drawn | undefined {
  const ring = pointsOf(given['points']);
  return ring === undefined || ring.length < 6 ? refused(place, 'invalid-polygon', 'a polygon has at least three points of finite numbers.') : { ring };
}

function maskShape({ attributes: given }: XmlElement, place: ShapePlace): Drawn | undefined {
  const [left, top, width, height] = ['left', 'top', 'width', 'height'].map((name) => numberOf(given[name]) ?? Number.NaN);
  const runs = (given['rle'] ?? '').split(',').map((run) => numberOf(run) ?? Number.NaN);
  const mask = place.size === undefined ? undefined : runLengthsOf({ left: left ?? 0, top: top ?? 0, width: width ?? 0, height: height ?? 0, runs }, place.size);
  return mask === undefined ? refused(place, 'invalid-rle', 'a mask lies inside its image, whose size is told, and its runs fill its box.') : { mask };
}

/** In the order that the label's points have, or else in their own. */
function skeletonShape(element: XmlElement, place: ShapePlace): Drawn | undefined {
  const points = childrenOf(element, 'points');
  const order = place.points.get(element.attributes['label'] ?? '') ?? points.map((point) => point.attributes['label'] ?? '');
  const keypoints: number[] = [];
  for (const name of order) {
    const point = points.find((one) => one.attributes['label'] === name);
    const [x, y] = pointsOf(point?.attributes['points']) ?? [];
    if (point === undefined || point.attributes['outside'] === '1') keypoints.push(0, 0, 0);
    else if (x === undefined || y === undefined) return refused(place, 'invalid-keypoints', 'a point of a skeleton has x and y, finite numbers.');
    else keypoints.push(x, y, point.attributes['occluded'] === '1' ? 1 : 2);
  }
  return keypoints.length === 0 ? refused(place, 'invalid-keypoints', 'a skeleton has points.') : { keypoints };
}

/** `1,2;3,4` as 1, 2, 3, 4. */
function pointsOf(text: string | undefined): number[] | undefined {
  const numbers = (text ?? '').split(';').flatMap((pair) => pair.split(','));
  const read = numbers.map((number) => numberOf(number)).filter((number) => number !== undefined);
  return read.length === numbers.length && read.length % 2 === 0 && read.length > 0 ? read : undefined;
}

function attributesOf(element: XmlElement): JsonObject {
  const own = childrenOf(element, 'attribute').flatMap(({ attributes, text }) => (attributes['name'] ? [[attributes['name'], valueOfText(text)] as const] : []));
  return { ...(element.attributes['occluded'] === '1' ? { occluded: true } : {}), ...Object.fromEntries(own) };
}

function refused({ report }: ShapePlace, code: string, message: string): undefined {
  report(code, message);
  return undefined;
}

/** Polygons of one label and group are parts of one object; a skeleton and a box of one label and group are one pose. */
export function joined(shapes: readonly CvatShape[]): FormatObject[] {
  const groups = new Map<string, CvatShape[]>();
  shapes.forEach((shape, index) => {
    const kind = shape.ring !== undefined ? 'rings' : 'other';
    const joins = shape.group !== '' && shape.mask === undefined;
    const key = joins ? JSON.stringify([shape.group, shape.className, kind]) : `single ${index}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [shape]);
    else group.push(shape);
  });
  return [...groups.values()].flatMap((group) => (isPose(group) || group[0]?.ring !== undefined || group.length === 1 ? [oneOf(group)] : group.map((shape) => oneOf([shape]))));
}

function isPose(group: readonly CvatShape[]): boolean {
  return group.length === 2 && group.some(({ keypoints }) => keypoints !== undefined) && group.some(({ bbox }) => bbox !== undefined);
}

function oneOf(group: readonly CvatShape[]): FormatObject {
  const rings = group.flatMap(({ ring }) => (ring === undefined ? [] : [ring]));
  const { mask, keypoints, bbox, attributes } = group.reduce<Partial<CvatShape>>((all, shape) => ({ ...all, ...shape, attributes: { ...all.attributes, ...shape.attributes } }), {});
  const segmentation = rings.length > 0 ? rings : mask;
  return sparse({ className: group[0]?.className ?? '', bbox: bbox ?? (segmentation === undefined ? undefined : boxOf(tightBox(segmentation))), segmentation, keypoints, attributes });
}

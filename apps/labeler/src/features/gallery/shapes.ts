import type { ImageLabels } from '../../api/types.js';

/** What is drawn of an object, in pixels of the upright image. */
export type Shape =
  | { readonly kind: 'box'; readonly x: number; readonly y: number; readonly width: number; readonly height: number }
  | { readonly kind: 'rings'; readonly rings: readonly (readonly number[])[] }
  | { readonly kind: 'points'; readonly points: readonly (readonly [x: number, y: number])[] };

export interface DrawnObject {
  readonly classId: number | null;
  /** A suggestion of a model: drawn dashed. */
  readonly isSuggestion: boolean;
  readonly shapes: readonly Shape[];
}

type Fields = Readonly<Record<string, unknown>>;

/** Every object of an image's labels that has a place in it. */
export function drawnObjects(labels: ImageLabels): readonly DrawnObject[] {
  const all = [...(labels.annotations ?? []), ...(labels.annotation == null ? [] : [labels.annotation])];
  return all.map(drawnObject).filter((one) => one.shapes.length > 0);
}

/** An object of the API as shapes: its outline, else its box, and its keypoints. */
export function drawnObject(fields: Fields): DrawnObject {
  const outline = ringsOf(fields['segmentation']) ?? boxOf(fields['bbox']);
  const points = pointsOf(fields['keypoints']);
  const classId = fields['class_id'];
  return { classId: typeof classId === 'number' ? classId : null, isSuggestion: fields['source'] === 'model', shapes: [outline, points].filter((one) => one !== null) };
}

const isNumbers = (value: unknown): value is readonly number[] => Array.isArray(value) && value.every((one) => typeof one === 'number' && Number.isFinite(one));

function boxOf(value: unknown): Shape | null {
  if (!isNumbers(value)) return null;
  const [x, y, width, height] = value;
  return x === undefined || y === undefined || width === undefined || height === undefined ? null : { kind: 'box', x, y, width, height };
}

/** Null for a run-length mask, of which the box is shown. */
function ringsOf(value: unknown): Shape | null {
  if (!Array.isArray(value)) return null;
  const rings = value.filter(isNumbers).filter((ring) => ring.length >= 6);
  return rings.length === 0 ? null : { kind: 'rings', rings };
}

/** Those that are there: the third figure of each is 0 for one that is absent. */
function pointsOf(value: unknown): Shape | null {
  if (!isNumbers(value)) return null;
  const points: (readonly [number, number])[] = [];
  for (let at = 0; at + 2 < value.length; at += 3) {
    const [x, y, seen] = value.slice(at, at + 3);
    if (x !== undefined && y !== undefined && seen !== 0) points.push([x, y]);
  }
  return points.length === 0 ? null : { kind: 'points', points };
}

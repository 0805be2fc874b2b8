import { isRecord } from '../model/json.js';
import type { JsonObject } from '../model/label-object.js';

/** The pixels of one class in a semantic mask: COCO run lengths, column by column. */
export interface MaskLayer {
  /** -1 means: not to be looked at. */
  readonly class_id: number;
  readonly counts: string;
}

/** Pixel values are those of an indexed mask: 0 is background, `class_id + 1` a class, 255 is ignored. */
export const BACKGROUND = 0;
export const IGNORED = 255;
const LARGEST_CLASS = 253;

/** Null: the class has a number that a pixel of 8 bits cannot say. */
export function valueOfClass(classId: number): number | null {
  if (classId === -1) return IGNORED;
  return Number.isInteger(classId) && classId >= 0 && classId <= LARGEST_CLASS ? classId + 1 : null;
}
export const classOfValue = (value: number): number => (value === IGNORED ? -1 : value - 1);


/** The layers of the API's `{mask: {size, classes}}`; none where there is no mask. */
export function layersOfAnnotation(annotation: unknown): readonly MaskLayer[] {
  const mask = isRecord(annotation) ? annotation['mask'] : null;
  const classes = isRecord(mask) ? mask['classes'] : null;
  if (!Array.isArray(classes)) return [];
  return classes.filter(isRecord).flatMap(({ class_id: classId, counts }) => (typeof classId === 'number' && typeof counts === 'string' ? [{ class_id: classId, counts }] : []));
}

/** As a PATCH takes it; null where nothing is painted. */
export function annotationOfLayers(layers: readonly MaskLayer[], { width, height }: { readonly width: number; readonly height: number }): JsonObject | null {
  return layers.length === 0 ? null : { mask: { size: [height, width], classes: layers } };
}

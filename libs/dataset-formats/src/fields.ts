import { isJsonObject, type JsonObject } from '@app/dice-format';
import type { Box, FormatObject, Rings } from './model.js';

/** Values of foreign JSON, as they are or undefined. */
export const objectOf = (value: unknown): JsonObject | undefined => (isJsonObject(value) ? value : undefined);
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const stringOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
export const finiteOf = (value: unknown): number | undefined => (typeof value === 'number' && Number.isFinite(value) ? value : undefined);

export function pixelsOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

export function numbersOf(value: unknown): number[] | undefined {
  return Array.isArray(value) && value.every((item): item is number => typeof item === 'number' && Number.isFinite(item)) ? value : undefined;
}

/** x, y, width, height; undefined unless these are four finite numbers. */
export function boxOf(value: unknown): Box | undefined {
  const [x, y, width, height, ...more] = numbersOf(value) ?? [];
  return x === undefined || y === undefined || width === undefined || height === undefined || more.length > 0 ? undefined : [x, y, width, height];
}

/** Rings of finite numbers in pairs, each of at least three points. */
export function ringsOf(value: unknown): Rings | undefined {
  const rings = listOf(value).map(numbersOf);
  const sound = rings.filter((ring): ring is number[] => ring !== undefined && ring.length >= 6 && ring.length % 2 === 0);
  return sound.length === rings.length && sound.length > 0 ? sound : undefined;
}

/** The box around rings. */
export function boxAround(points: readonly number[]): Box {
  let [left, top, right, bottom] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let at = 0; at + 1 < points.length; at += 2) {
    const [x = 0, y = 0] = [points[at], points[at + 1]];
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  return [left, top, right - left, bottom - top];
}

export const cornersOf = ([x, y, width, height]: Box): number[] => [x, y, x + width, y, x + width, y + height, x, y + height];

/** x, y, x, y of a list of pairs. */
export function pairsOf(value: unknown): number[] | undefined {
  const pairs = listOf(value).map(numbersOf);
  return pairs.every((pair): pair is number[] => pair?.length === 2) ? pairs.flat() : undefined;
}


/** An object without the fields that say nothing: undefined ones, defaults, and no attributes at all. */
export function sparse(object: FormatObject): FormatObject {
  const { className, confidence, bbox, segmentation, keypoints, crowd, attributes = {}, layer } = object;
  return {
    className,
    ...given('confidence', confidence === 1 ? undefined : confidence),
    ...given('bbox', bbox),
    ...given('segmentation', segmentation),
    ...given('keypoints', keypoints),
    ...given('crowd', crowd === true ? crowd : undefined),
    ...given('attributes', Object.keys(attributes).length === 0 ? undefined : attributes),
    ...given('layer', layer),
  };
}

function given<K extends keyof FormatObject>(key: K, value: FormatObject[K] | undefined): Partial<FormatObject> {
  return value === undefined ? {} : { [key]: value };
}

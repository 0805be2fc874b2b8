import { isShowable } from '@app/kernel';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isInteger(value: unknown, least: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= least;
}

/** The largest number that an id or a size has; databases and other tools keep them in 32 bits. */
const MOST = 2_147_483_647;

export function isSmallInteger(value: unknown, least: number): value is number {
  return isInteger(value, least) && value <= MOST;
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0;
}

export function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'number' && Number.isFinite(item));
}

const MOST_NAME_CHARACTERS = 255;

/** A text that people read in lists: 1 to 255 characters, no control characters, nothing that turns the direction of what stands beside it. */
export function isName(value: unknown): value is string {
  return isText(value) && value.length <= 2 * MOST_NAME_CHARACTERS && [...value].length <= MOST_NAME_CHARACTERS && isShowable(value);
}

import { isEqualJson } from './json.js';
import type { LabelObject } from './label-object.js';

/** One object before and after; null: it is not there. */
export interface Change {
  readonly id: string;
  readonly before: LabelObject | null;
  readonly after: LabelObject | null;
}

export const inverse = (changes: readonly Change[]): readonly Change[] => changes.map(({ id, before, after }) => ({ id, before: after, after: before })).reverse();

/** Whether two objects, or two absences, are the same in what is saved. */
export function isSame(a: LabelObject | null, b: LabelObject | null): boolean {
  return a === b || (a !== null && b !== null && isEqualJson(a, b));
}

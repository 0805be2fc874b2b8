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
  return a === b || (a !== null && b !== null && isSameValue(a, b));
}

function isSameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  return left.size === right.size && [...left].every(([key, value]) => right.has(key) && isSameValue(value, right.get(key)));
}

import type { JsonObject } from '../model/label-object.js';

export type LabelStatus = 'unlabeled' | 'labeled' | 'reviewed';

/** The labels of one image as the API has them at one revision: objects by id, each without its id. */
export interface LabelState {
  readonly revision: number;
  readonly objects: ReadonlyMap<string, JsonObject>;
  readonly noObject: boolean;
  readonly status: LabelStatus;
}

/** What one person made of a revision; `status` only where he set it. */
export interface LabelEdit {
  readonly objects: ReadonlyMap<string, JsonObject>;
  readonly noObject: boolean;
  readonly status?: LabelStatus;
}

export function isEqualJson(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  return left.size === right.size && [...left].every(([key, value]) => right.has(key) && isEqualJson(value, right.get(key)));
}

/** The `changes` of a PATCH that lead from one set of objects to another. */
export function changesBetween(from: ReadonlyMap<string, JsonObject>, to: ReadonlyMap<string, JsonObject>): readonly { readonly id: string; readonly after: JsonObject | null }[] {
  const ids = new Set([...from.keys(), ...to.keys()]);
  return [...ids].flatMap((id) => {
    const [before, after] = [from.get(id) ?? null, to.get(id) ?? null];
    return isEqualJson(before, after) ? [] : [{ id, after }];
  });
}

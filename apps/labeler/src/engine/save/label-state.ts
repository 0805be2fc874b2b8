import { isEqualJson, type JsonObject } from '../model/json.js';

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

/** The `changes` of a PATCH that lead from one set of objects to another. */
export function changesBetween(from: ReadonlyMap<string, JsonObject>, to: ReadonlyMap<string, JsonObject>): readonly { readonly id: string; readonly after: JsonObject | null }[] {
  const ids = new Set([...from.keys(), ...to.keys()]);
  return [...ids].flatMap((id) => {
    const [before, after] = [from.get(id) ?? null, to.get(id) ?? null];
    return isEqualJson(before, after) ? [] : [{ id, after }];
  });
}

import type { JsonObject } from '../model/label-object.js';
import { isEqualJson } from '../model/json.js';
import { type LabelEdit } from './label-state.js';

/** An object that both changed, and not to the same: somebody has to look. Null: it is not there. */
export interface MergeConflict {
  readonly id: string;
  readonly base: JsonObject | null;
  readonly mine: JsonObject | null;
  readonly theirs: JsonObject | null;
  /** The fields that both set differently; empty where one deleted what the other changed. */
  readonly fields: readonly string[];
}

export interface Merge {
  /** What both agree on, and of conflicts theirs: nothing of anybody is overwritten until somebody decides. */
  readonly merged: LabelEdit;
  readonly conflicts: readonly MergeConflict[];
}

export type Content = Pick<LabelEdit, 'objects' | 'noObject'>;

/**
 * Three-way merge of the labels of an image, object by object and field by field: what only one side changed is taken from that side, what both
 * changed to the same is taken once. A field that both set differently, and an edit against a deletion, are conflicts.
 */
export function merge(base: Content, mine: LabelEdit, theirs: Content): Merge {
  const conflicts: MergeConflict[] = [];
  const objects = new Map<string, JsonObject>();
  // Their order first: it is the server's, and mine are appended as a PATCH would.
  for (const id of new Set([...theirs.objects.keys(), ...mine.objects.keys(), ...base.objects.keys()])) {
    const three = { base: base.objects.get(id) ?? null, mine: mine.objects.get(id) ?? null, theirs: theirs.objects.get(id) ?? null };
    const { value, fields } = mergeObject(three);
    if (fields !== null) conflicts.push({ id, ...three, fields });
    if (value !== null) objects.set(id, value);
  }
  return { merged: mergeStatus(objects, { base, mine, theirs }), conflicts };
}

/** What is said of the image as a whole, of labels that are merged: "nothing here" only where there is nothing. */
export function mergeStatus(objects: LabelEdit['objects'], { base, mine, theirs }: { readonly base: Content; readonly mine: LabelEdit; readonly theirs: Content }): LabelEdit {
  const noObject = mine.noObject === base.noObject ? theirs.noObject : mine.noObject;
  return { objects, noObject: noObject && objects.size === 0, ...(mine.status === undefined ? {} : { status: mine.status }) };
}

interface Three<T> {
  readonly base: T;
  readonly mine: T;
  readonly theirs: T;
}

function mergeObject({ base, mine, theirs }: Three<JsonObject | null>): { readonly value: JsonObject | null; readonly fields: readonly string[] | null } {
  if (isEqualJson(mine, theirs) || isEqualJson(base, mine)) return { value: theirs, fields: null };
  if (isEqualJson(base, theirs)) return { value: mine, fields: null };
  if (mine === null || theirs === null) return { value: theirs, fields: [] };
  return mergeFields({ base: base ?? {}, mine, theirs });
}

function mergeFields({ base, mine, theirs }: Three<JsonObject>): { readonly value: JsonObject; readonly fields: readonly string[] | null } {
  const value: Record<string, unknown> = {};
  const fields: string[] = [];
  for (const key of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
    const three = { base: base[key], mine: mine[key], theirs: theirs[key] };
    const agreed = isEqualJson(three.mine, three.theirs) || isEqualJson(three.base, three.mine) ? three.theirs : three.mine;
    const clash = !isEqualJson(three.mine, three.theirs) && !isEqualJson(three.base, three.mine) && !isEqualJson(three.base, three.theirs);
    if (clash) fields.push(key);
    const taken = clash ? three.theirs : agreed;
    if (taken !== undefined) value[key] = taken;
  }
  if (GEOMETRY.some((key) => fields.includes(key))) takeGeometry(value, fields, { mine, theirs });
  return { value, fields: fields.length === 0 ? null : fields };
}

/** Where an object is: a box of the one around the points of the other would be nobody's. */
const GEOMETRY = ['bbox', 'keypoints', 'segmentation'];

function takeGeometry(value: Record<string, unknown>, fields: string[], { mine, theirs }: { readonly mine: JsonObject; readonly theirs: JsonObject }): void {
  for (const key of GEOMETRY) {
    if (isEqualJson(mine[key], theirs[key])) continue;
    if (!fields.includes(key)) fields.push(key);
    if (theirs[key] === undefined) delete value[key];
    else value[key] = theirs[key];
  }
}

export type Choice = 'mine' | 'theirs' | 'both';

/** The labels after somebody decided on a conflict. `both` keeps theirs and puts mine beside it under a new id. */
export function decide(edit: LabelEdit, conflict: MergeConflict, choice: Choice, newId: () => string): LabelEdit {
  const objects = new Map(edit.objects);
  if (choice === 'mine') {
    if (conflict.mine === null) objects.delete(conflict.id);
    else objects.set(conflict.id, conflict.mine);
  }
  if (choice === 'both' && conflict.mine !== null) objects.set(conflict.theirs === null ? conflict.id : newId(), conflict.mine);
  return { ...edit, objects, noObject: edit.noObject && objects.size === 0 };
}

export type LabelStatus = 'unlabeled' | 'labeled' | 'reviewed';
export type JsonObject = Readonly<Record<string, unknown>>;

/** Who made an object, and which one of its image it is. */
export interface ObjectIdentity {
  /** UUID; a client may make it. */
  readonly id: string;
  /** The integer id of DICE: from 1, given once in an image. */
  readonly number: number;
  readonly source: 'manual' | 'import' | 'model';
}

/** One labeled object as it is stored; what else is in it is the task's (LabelRules). */
export type LabelObject = { readonly id: string; readonly number: number; readonly class_id: number; readonly source: ObjectIdentity['source'] } & JsonObject;

/** One object before and after a revision; null: it was not there. */
export interface ObjectChange {
  readonly id: string;
  readonly before: LabelObject | null;
  readonly after: LabelObject | null;
}

/** The labels of one image at one revision. */
export interface LabelState {
  readonly revision: number;
  readonly status: LabelStatus;
  /** Looked at, and there is nothing of the classes in it. */
  readonly noObject: boolean;
  /** No object of the image ever had this number or a larger one. */
  readonly nextNumber: number;
  readonly objects: readonly LabelObject[];
}

/** Whether two JSON values are the same, whatever the order of keys. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [Object.entries(a), new Map(Object.entries(b))];
  return left.length === right.size && left.every(([key, value]) => right.has(key) && sameValue(value, right.get(key)));
}

/** What changed from one list to the other, in the order of the second, removed ones last. */
export function changesBetween(before: readonly LabelObject[], after: readonly LabelObject[]): ObjectChange[] {
  const old = new Map(before.map((one) => [one.id, one]));
  const changes: ObjectChange[] = [];
  for (const one of after) {
    const known = old.get(one.id);
    old.delete(one.id);
    if (known === undefined || !sameValue(known, one)) changes.push({ id: one.id, before: known ?? null, after: one });
  }
  for (const one of old.values()) changes.push({ id: one.id, before: one, after: null });
  return changes;
}

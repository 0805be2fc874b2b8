import type { LabelObject, LabelState, LabelStatus, ObjectChange } from './label-object.js';

/** What a revision changed: before and after. */
export interface RevisionChange {
  readonly revision: number;
  readonly changes: readonly ObjectChange[];
  readonly status: readonly [before: LabelStatus, after: LabelStatus];
  readonly noObject: readonly [before: boolean, after: boolean];
}

/** The labels before these revisions, which are the newest ones, newest first. Order of objects apart, they are as they were. */
export function labelsBefore(now: LabelState, undone: readonly RevisionChange[]): LabelState {
  const objects = new Map<string, LabelObject>(now.objects.map((one) => [one.id, one]));
  let { revision, status, noObject } = now;
  for (const change of undone) {
    for (const { id, before } of change.changes) {
      if (before === null) objects.delete(id);
      else objects.set(id, before);
    }
    revision = change.revision - 1;
    [status] = change.status;
    [noObject] = change.noObject;
  }
  return { revision, status, noObject, nextNumber: now.nextNumber, objects: [...objects.values()].sort((a, b) => a.number - b.number) };
}

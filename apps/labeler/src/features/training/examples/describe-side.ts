import type { ValidationExample } from '../../../api/types.js';

export type SaidObject = ValidationExample['truth'][number] & { readonly score?: number };

/** More classes than these are not named. */
const MOST_NAMES = 3;

interface Words {
  readonly nameOf: (classId: number) => string;
  readonly percent: (score: number) => string;
}

/** What is said of an image in a few words: its classes, the most frequent first, with how many there are of each or how sure a model is of the one. */
export function describeSide(objects: readonly SaidObject[], { nameOf, percent }: Words): string {
  const byClass = new Map<number, SaidObject[]>();
  for (const one of objects) byClass.set(one.class_id, [...(byClass.get(one.class_id) ?? []), one]);
  const groups = [...byClass].sort(([, a], [, b]) => b.length - a.length);
  const named = groups.slice(0, MOST_NAMES).map(([classId, all]) => {
    const score = all.length === 1 ? all[0]?.score : undefined;
    const behind = all.length > 1 ? ` \u00d7${all.length}` : score === undefined ? '' : ` ${percent(score)}`;
    return `${nameOf(classId)}${behind}`;
  });
  return [...named, ...(groups.length > MOST_NAMES ? ['\u2026'] : [])].join(', ');
}

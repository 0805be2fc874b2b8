import type { ObjectDiff } from '../../api/types.js';
import { drawnObject, type Shape } from '../gallery/shapes.js';

export type Change = 'added' | 'removed' | 'changed';

export interface DrawnDiff {
  readonly change: Change;
  readonly shapes: readonly Shape[];
  /** Where a changed object was before, when it was elsewhere. */
  readonly before: readonly Shape[];
  /** The upper left corner of what is drawn, for its sign; null where nothing has a place. */
  readonly corner: readonly [x: number, y: number] | null;
}

export const SIGNS: Readonly<Record<Change, string>> = { added: '+', removed: '−', changed: '~' };

export const changeOf = ({ before, after }: ObjectDiff): Change => (before === null ? 'added' : after === null ? 'removed' : 'changed');

/** An object's difference as what is drawn of it. */
export function drawnDiff(diff: ObjectDiff): DrawnDiff {
  const change = changeOf(diff);
  const [before, after] = [diff.before === null ? [] : drawnObject(diff.before).shapes, diff.after === null ? [] : drawnObject(diff.after).shapes];
  const shapes = change === 'removed' ? before : after;
  const isElsewhere = change === 'changed' && JSON.stringify(before) !== JSON.stringify(after);
  return { change, shapes, before: isElsewhere ? before : [], corner: cornerOf(shapes) };
}

function cornerOf(shapes: readonly Shape[]): readonly [number, number] | null {
  const points = shapes.flatMap(pointsOf);
  return points.length === 0 ? null : [Math.min(...points.map(([x]) => x)), Math.min(...points.map(([, y]) => y))];
}

function pointsOf(shape: Shape): readonly (readonly [number, number])[] {
  switch (shape.kind) {
    case 'box':
      return [[shape.x, shape.y]];
    case 'points':
      return shape.points;
    case 'rings':
      return shape.rings.flatMap((ring) => Array.from({ length: ring.length >> 1 }, (_, at): readonly [number, number] => [ring[at * 2] ?? 0, ring[at * 2 + 1] ?? 0]));
  }
}

/** How many objects of each kind. */
export function countChanges(objects: readonly ObjectDiff[]): Readonly<Record<Change, number>> {
  const counts = { added: 0, removed: 0, changed: 0 };
  for (const one of objects) counts[changeOf(one)] += 1;
  return counts;
}

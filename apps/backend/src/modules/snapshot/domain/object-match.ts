type Json = Readonly<Record<string, unknown>>;
export type DiffObject = Json & { readonly id: string; readonly class_id: number };
export type ObjectDifference = 'added' | 'removed' | 'moved' | 'resized' | 'reshaped' | 'relabelled' | 'attributes';

/** One object of an image in two states of it; null: it is not there. */
export interface ObjectPair {
  readonly before: DiffObject | null;
  readonly after: DiffObject | null;
  readonly differences: readonly ObjectDifference[];
}

/** Boxes that overlap less are different objects. */
const LEAST_OVERLAP = 0.5;
const SHAPES: readonly string[] = ['segmentation', 'polygon', 'counts', 'keypoints', 'mask'];
/** Who made it, and which one it is: no difference of the label. */
const IDENTITY: readonly string[] = ['id', 'number', 'source', 'class_id', 'bbox', 'area'];

/** The objects that differ: matched by id, then boxes by overlap (greatest first), then what has no box by class. */
export function differingObjects(before: readonly DiffObject[], after: readonly DiffObject[]): ObjectPair[] {
  const [left, right] = [new Map(before.map((one) => [one.id, one])), new Map(after.map((one) => [one.id, one]))];
  const pairs: [DiffObject, DiffObject][] = [];
  const match = (a: DiffObject, b: DiffObject): void => {
    if (!left.has(a.id) || !right.has(b.id)) return;
    left.delete(a.id);
    right.delete(b.id);
    pairs.push([a, b]);
  };
  for (const a of before) {
    const same = right.get(a.id);
    if (same !== undefined) match(a, same);
  }
  for (const { a, b } of overlapping([...left.values()], [...right.values()])) match(a, b);
  for (const { a, b } of sameClass([...left.values()], [...right.values()])) match(a, b);
  const both = pairs.map(([a, b]): ObjectPair => ({ before: a, after: b, differences: differencesOf(a, b) })).filter((pair) => pair.differences.length > 0);
  const removed = [...left.values()].map((one): ObjectPair => ({ before: one, after: null, differences: ['removed'] }));
  const added = [...right.values()].map((one): ObjectPair => ({ before: null, after: one, differences: ['added'] }));
  return [...both, ...removed, ...added];
}

interface Candidate {
  readonly a: DiffObject;
  readonly b: DiffObject;
  readonly overlap: number;
}

/** Of equal overlaps the smaller pair of ids comes first, whichever side is which: the mirrored difference matches alike. */
function overlapping(left: readonly DiffObject[], right: readonly DiffObject[]): Candidate[] {
  const all = left.flatMap((a) => right.map((b) => ({ a, b, overlap: overlapOf(boxOf(a), boxOf(b)) })));
  return all.filter((one) => one.overlap >= LEAST_OVERLAP).sort((one, other) => other.overlap - one.overlap || (keyOf(one) < keyOf(other) ? -1 : 1));
}

const keyOf = ({ a, b }: Pick<Candidate, 'a' | 'b'>): string => [a.id, b.id].sort().join(' ');

function sameClass(left: readonly DiffObject[], right: readonly DiffObject[]): Pick<Candidate, 'a' | 'b'>[] {
  const all = left.flatMap((a) => right.map((b) => ({ a, b })));
  return all.filter(({ a, b }) => a.class_id === b.class_id && boxOf(a) === null && boxOf(b) === null).sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
}

function boxOf({ bbox }: Json): readonly number[] | null {
  return Array.isArray(bbox) && bbox.length === 4 && bbox.every((one) => typeof one === 'number') ? bbox : null;
}

function overlapOf(one: readonly number[] | null, other: readonly number[] | null): number {
  if (one === null || other === null) return 0;
  const [x = 0, y = 0, w = 0, h = 0] = one;
  const [u = 0, v = 0, p = 0, q = 0] = other;
  const shared = Math.max(0, Math.min(x + w, u + p) - Math.max(x, u)) * Math.max(0, Math.min(y + h, v + q) - Math.max(y, v));
  return shared === 0 ? 0 : shared / (w * h + p * q - shared);
}

function differencesOf(a: DiffObject, b: DiffObject): ObjectDifference[] {
  const box = boxDifference(boxOf(a), boxOf(b));
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((key) => !IDENTITY.includes(key) && canonical(a[key]) !== canonical(b[key]));
  const reshaped = box.length === 0 && keys.some((key) => SHAPES.includes(key));
  const attributes = keys.some((key) => !SHAPES.includes(key));
  return [...box, ...(reshaped ? (['reshaped'] as const) : []), ...(a.class_id === b.class_id ? [] : (['relabelled'] as const)), ...(attributes ? (['attributes'] as const) : [])];
}

function boxDifference(one: readonly number[] | null, other: readonly number[] | null): ('moved' | 'resized')[] {
  if (one === null || other === null) return one === other ? [] : ['resized'];
  if (one[2] !== other[2] || one[3] !== other[3]) return ['resized'];
  return one[0] === other[0] && one[1] === other[1] ? [] : ['moved'];
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => (typeof one === 'object' && one !== null && !Array.isArray(one) ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1))) : one)) ?? '';
}

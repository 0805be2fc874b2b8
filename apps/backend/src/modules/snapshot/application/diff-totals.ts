import type { FrozenHead, PositionedImage } from '../../annotation/index.js';
import type { ObjectDifference } from '../domain/object-match.js';
import type { Ends, ImageDiff, ImageDifference } from './version-diff.js';

export interface ClassDelta {
  readonly class_id: number;
  images: number;
  objects: number;
}

export interface DiffTotals {
  readonly images: Record<ImageDifference, number>;
  readonly objects: Record<ObjectDifference, number>;
  readonly class_deltas: readonly ClassDelta[];
  readonly classes: { readonly added: readonly number[]; readonly removed: readonly number[]; readonly renamed: readonly { readonly class_id: number; readonly from: string; readonly to: string }[] };
}

/** Counts as it goes; keeps a number a class. */
export async function totalsOf(images: AsyncIterable<ImageDiff>, ends: Ends): Promise<DiffTotals> {
  const counted = { added: 0, removed: 0, changed: 0, relabelled: 0, moved: 0 };
  const objects = { added: 0, removed: 0, moved: 0, resized: 0, reshaped: 0, relabelled: 0, attributes: 0 };
  const deltas = new Map<number, ClassDelta>();
  for await (const image of images) {
    for (const word of image.differences) counted[word] += 1;
    for (const pair of image.objects) for (const word of pair.differences) objects[word] += 1;
    if (image.before === null) objects.added += image.after?.objects.length ?? 0;
    if (image.after === null) objects.removed += image.before?.objects.length ?? 0;
    countClasses(deltas, image.before, -1);
    countClasses(deltas, image.after, 1);
  }
  const changed = [...deltas.values()].filter((one) => one.images !== 0 || one.objects !== 0).sort((a, b) => a.class_id - b.class_id);
  return { images: counted, objects, class_deltas: changed, classes: classesBetween(ends.from, ends.to) };
}

function countClasses(deltas: Map<number, ClassDelta>, image: PositionedImage | null, sign: 1 | -1): void {
  const objects = image?.objects ?? [];
  for (const id of new Set(objects.map((one) => one.class_id))) deltaOf(deltas, id).images += sign;
  for (const { class_id: id } of objects) deltaOf(deltas, id).objects += sign;
}

function deltaOf(deltas: Map<number, ClassDelta>, id: number): ClassDelta {
  const delta = deltas.get(id) ?? { class_id: id, images: 0, objects: 0 };
  deltas.set(id, delta);
  return delta;
}

function classesBetween(from: FrozenHead, to: FrozenHead): DiffTotals['classes'] {
  const [before, after] = [new Map(from.classes.map((one) => [one.id, one.name])), new Map(to.classes.map((one) => [one.id, one.name]))];
  const renamed = [...before].flatMap(([id, name]) => {
    const now = after.get(id);
    return now === undefined || now === name ? [] : [{ class_id: id, from: name, to: now }];
  });
  return { added: [...after.keys()].filter((id) => !before.has(id)), removed: [...before.keys()].filter((id) => !after.has(id)), renamed };
}

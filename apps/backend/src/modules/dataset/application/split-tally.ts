import type { ImageSplit } from './image-facts.js';
import type { SplitTally } from './ports/split-store.port.js';

type Counts = Record<ImageSplit | 'unassigned', number>;
const none = (): Counts => ({ train: 0, val: 0, test: 0, unassigned: 0 });

export function tallyOf(images: Iterable<{ readonly split: ImageSplit | null; readonly classIds: readonly number[] }>): SplitTally {
  const total = none();
  const byClass = new Map<number, Counts>();
  for (const { split, classIds } of images) {
    total[split ?? 'unassigned'] += 1;
    for (const classId of classIds) {
      const counts = byClass.get(classId) ?? none();
      counts[split ?? 'unassigned'] += 1;
      byClass.set(classId, counts);
    }
  }
  return { total, byClass };
}

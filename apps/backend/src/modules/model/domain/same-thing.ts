import { maskOverlap, type Spans } from './mask-overlap.js';

export interface Comparable {
  readonly class_id: number;
  readonly bbox?: unknown;
  /** Of a semantic mask. */
  readonly spans?: Spans;
  readonly [field: string]: unknown;
}

/** Boxes or masks of one class that overlap so much are the same thing. */
export const DUPLICATE_IOU = 0.7;

/** Whether an object that is there already is what a model proposes: same class, and boxes or masks that overlap; without either the class alone. */
export function isSameThing(proposed: Comparable, existing: Comparable): boolean {
  if (proposed.class_id !== existing.class_id) return false;
  if (proposed.spans !== undefined && existing.spans !== undefined) return maskOverlap(proposed.spans, existing.spans) >= DUPLICATE_IOU;
  const [one, other] = [boxOf(proposed), boxOf(existing)];
  if (one === null || other === null) return one === other;
  return overlapOf(one, other) >= DUPLICATE_IOU;
}

/** Intersection over union of two boxes [x, y, width, height]. */
export function overlapOf([x = 0, y = 0, w = 0, h = 0]: readonly number[], [u = 0, v = 0, p = 0, q = 0]: readonly number[]): number {
  const shared = Math.max(0, Math.min(x + w, u + p) - Math.max(x, u)) * Math.max(0, Math.min(y + h, v + q) - Math.max(y, v));
  return shared === 0 ? 0 : shared / (w * h + p * q - shared);
}

function boxOf({ bbox }: Comparable): readonly number[] | null {
  return Array.isArray(bbox) && bbox.length === 4 && bbox.every((one) => typeof one === 'number') ? bbox : null;
}

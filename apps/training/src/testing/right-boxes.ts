import type { ValidationExample } from '@app/contracts';

export interface BoxCounts {
  /** Boxes that people drew. */
  readonly there: number;
  /** Boxes that the model proposes. */
  readonly proposed: number;
  /** Of these, those that nobody needs to touch: of the class of a person's box, with an IoU of 0.7 at least, each box met once. */
  readonly right: number;
  /** The same from 0.5 on: found, but for its borders. */
  readonly near: number;
  /** Images in which every box is right and no other is proposed. */
  readonly images: number;
}

const [RIGHT, NEAR] = [0.7, 0.5];

/** How much work proposals of this score at least would save people. */
export function rightBoxes(examples: readonly Pick<ValidationExample, 'truth' | 'predicted'>[], least: number): BoxCounts {
  const counts = { there: 0, proposed: 0, right: 0, near: 0, images: 0 };
  for (const { truth, predicted } of examples) {
    const proposed = predicted.filter((one) => one.score >= least);
    const right = met(proposed, truth, RIGHT);
    counts.there += truth.length;
    counts.proposed += proposed.length;
    counts.right += right;
    counts.near += met(proposed, truth, NEAR);
    if (right === truth.length && proposed.length === right) counts.images += 1;
  }
  return counts;
}

type Box = Pick<ValidationExample['truth'][number], 'class_id' | 'bbox'>;

/** Proposals come with the surest first; each takes the box that it fits best of those that are left. */
function met(proposed: readonly Box[], truth: readonly Box[], least: number): number {
  const left = new Set(truth);
  for (const one of proposed) {
    let best: Box | null = null;
    let most = least;
    for (const other of left) {
      const overlap = other.class_id === one.class_id ? overlapOf(one.bbox ?? [], other.bbox ?? []) : 0;
      if (overlap >= most) [best, most] = [other, overlap];
    }
    if (best !== null) left.delete(best);
  }
  return truth.length - left.size;
}

/** Intersection over union of x, y, width, height. */
function overlapOf([x = 0, y = 0, w = 0, h = 0]: readonly number[], [u = 0, v = 0, p = 0, q = 0]: readonly number[]): number {
  const shared = Math.max(0, Math.min(x + w, u + p) - Math.max(x, u)) * Math.max(0, Math.min(y + h, v + q) - Math.max(y, v));
  return shared === 0 ? 0 : shared / (w * h + p * q - shared);
}

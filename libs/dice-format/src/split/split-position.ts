import { createHash } from 'node:crypto';
import type { Split } from '../image-labels.js';
import type { SplitRatio } from './split-config.js';

/**
 * Where an image stands between 0 and 1, by its content alone: 53 bits of SHA-256 over the seed and the SHA-256 of its bytes (hex), or over the seed
 * and its group. Images of one group, and equal images, have one position.
 */
export function splitPosition(seed: number, of: { readonly sha256: string; readonly group: string | null }): number {
  return positionOf(of.group === null ? `${seed}:${of.sha256}` : `${seed}:group:${of.group}`);
}

/** The same for a text. */
export function positionOf(text: string): number {
  const digest = createHash('sha256').update(text).digest();
  return Number(digest.readBigUInt64BE(0) >> 11n) / 2 ** 53;
}

/** The side of a position where nothing else is known: validation from below, test from above. It depends on no other image. */
export function sideAt(position: number, ratio: SplitRatio): Split {
  if (position < ratio.val) return 'val';
  return position >= 1 - ratio.test ? 'test' : 'train';
}

import { createHash } from 'node:crypto';
import { encodePng } from '@app/dice-format';

/** A picture that does not compress, the same for the same seed: three bytes a pixel. */
export function noise(seed: string, side: number): Buffer {
  const pixels = createHash('shake256', { outputLength: side * side * 3 }).update(seed).digest();
  return Buffer.from(encodePng(pixels, { width: side, height: side, channels: 3 }));
}

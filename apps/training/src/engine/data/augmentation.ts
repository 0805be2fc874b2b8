import { Random } from '../network/random.js';
import { CHANNELS } from './image-decoder.js';

export type AugmentationLevel = 'none' | 'light' | 'standard';

/** Bytes 0..255 become about -2..2: (value / 255 - 0.5) / 0.25, as the exported model's metadata says. */
export const PIXEL_MEAN = 0.5;
export const PIXEL_DEVIATION = 0.25;
const SCALE = 1 / (255 * PIXEL_DEVIATION);
const OFFSET = PIXEL_MEAN / PIXEL_DEVIATION;

interface Warp {
  readonly cos: number;
  readonly sin: number;
  readonly shiftX: number;
  readonly shiftY: number;
  readonly flip: boolean;
  readonly gain: number;
  readonly lift: number;
}

const MAX_TURN_RADIANS = 0.14;
const MAX_SHIFT = 0.08;
const SCALES = [0.88, 1.12] as const;

/** Writes one HWC image as normalised CHW floats at `offset`. */
export function writePlain(pixels: Uint8Array, side: number, into: { readonly target: Float32Array; readonly offset: number }): void {
  const plane = side * side;
  for (let pixel = 0; pixel < plane; pixel += 1) {
    for (let channel = 0; channel < CHANNELS; channel += 1) into.target[into.offset + channel * plane + pixel] = (pixels[pixel * CHANNELS + channel] ?? 0) * SCALE - OFFSET;
  }
}

/**
 * The same through a random warp and colour change, bilinear, black outside. The randomness is that of (seed, epoch, image): resuming in the middle of
 * a training repeats nothing and skips nothing.
 */
export function writeAugmented(
  pixels: Uint8Array,
  side: number,
  into: { readonly target: Float32Array; readonly offset: number; readonly level: AugmentationLevel; readonly stream: readonly [seed: number, epoch: number, image: number] },
): void {
  if (into.level === 'none') {
    writePlain(pixels, side, into);
    return;
  }
  const warp = drawWarp(new Random(...into.stream), into.level, side);
  const centre = (side - 1) / 2;
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      const dx = (warp.flip ? side - 1 - x : x) - centre;
      const dy = y - centre;
      const from = { x: warp.cos * dx - warp.sin * dy + centre + warp.shiftX, y: warp.sin * dx + warp.cos * dy + centre + warp.shiftY };
      writePixel(pixels, side, { ...into, at: y * side + x, from, warp });
    }
  }
}

function drawWarp(random: Random, level: 'light' | 'standard', side: number): Warp {
  const angle = random.between(-MAX_TURN_RADIANS, MAX_TURN_RADIANS);
  const scale = random.between(SCALES[0], SCALES[1]);
  const shift = (): number => random.between(-MAX_SHIFT, MAX_SHIFT) * side;
  const [shiftX, shiftY] = [shift(), shift()];
  const colours = level === 'standard';
  return {
    cos: Math.cos(angle) / scale,
    sin: Math.sin(angle) / scale,
    shiftX,
    shiftY,
    flip: colours && random.next() < 0.5,
    gain: colours ? random.between(0.8, 1.2) : 1,
    lift: colours ? random.between(-20, 20) : 0,
  };
}

function writePixel(
  pixels: Uint8Array,
  side: number,
  to: { readonly target: Float32Array; readonly offset: number; readonly at: number; readonly from: { readonly x: number; readonly y: number }; readonly warp: Warp },
): void {
  const [left, top] = [Math.floor(to.from.x), Math.floor(to.from.y)];
  const [right, down] = [to.from.x - left, to.from.y - top];
  const plane = side * side;
  for (let channel = 0; channel < CHANNELS; channel += 1) {
    const at = (x: number, y: number): number => (x < 0 || y < 0 || x >= side || y >= side ? 0 : (pixels[(y * side + x) * CHANNELS + channel] ?? 0));
    const value = (at(left, top) * (1 - right) + at(left + 1, top) * right) * (1 - down) + (at(left, top + 1) * (1 - right) + at(left + 1, top + 1) * right) * down;
    const coloured = Math.min(255, Math.max(0, value * to.warp.gain + to.warp.lift));
    to.target[to.offset + channel * plane + to.at] = coloured * SCALE - OFFSET;
  }
}

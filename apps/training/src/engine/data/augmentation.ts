import { Random } from '../network/random.js';
import { CHANNELS } from './image-decoder.js';

export type AugmentationLevel = 'none' | 'light' | 'standard';

/** Bytes 0..255 become about -2..2: (value / 255 - 0.5) / 0.25, as the exported model's metadata says. */
export const PIXEL_MEAN = 0.5;
export const PIXEL_DEVIATION = 0.25;
const SCALE = 1 / (255 * PIXEL_DEVIATION);
const OFFSET = PIXEL_MEAN / PIXEL_DEVIATION;
const NORMALISED = Float32Array.from({ length: 256 }, (_, value) => value * SCALE - OFFSET);

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

export interface BatchPlace {
  readonly target: Float32Array;
  readonly offset: number;
}

export interface Augmentation {
  readonly level: AugmentationLevel;
  /** What the randomness is that of: resuming in the middle of a training repeats nothing and skips nothing. */
  readonly stream: readonly [seed: number, epoch: number, image: number];
}

/** Writes one HWC image as normalised CHW floats at `offset`. */
export function writePlain(pixels: Uint8Array, side: number, into: BatchPlace): void {
  const plane = side * side;
  for (let channel = 0; channel < CHANNELS; channel += 1) {
    const start = into.offset + channel * plane;
    for (let pixel = 0; pixel < plane; pixel += 1) into.target[start + pixel] = NORMALISED[pixels[pixel * CHANNELS + channel] ?? 0] ?? 0;
  }
}

/** Black pixels before and behind each row and column: two before, so that index 0 and its neighbours are black, one behind. */
const FRAME_BEFORE = 2;
const FRAME_BEHIND = 1;

/**
 * Writes images through a random warp and colour change, bilinear, black outside. This is the loop in which a training on a CPU can lose most of
 * its time, so it makes no object per pixel: a black frame around the image spares the question which neighbours are inside.
 */
export class Augmenter {
  private readonly rowBytes: number;
  private readonly framed: Uint8Array;

  constructor(private readonly side: number) {
    this.rowBytes = (FRAME_BEFORE + side + FRAME_BEHIND) * CHANNELS;
    this.framed = new Uint8Array(this.rowBytes * (FRAME_BEFORE + side + FRAME_BEHIND));
  }

  write(pixels: Uint8Array, into: BatchPlace, by: Augmentation): void {
    if (by.level === 'none') {
      writePlain(pixels, this.side, into);
      return;
    }
    this.frame(pixels);
    const warp = drawWarp(new Random(...by.stream), by.level, this.side);
    for (let y = 0; y < this.side; y += 1) this.writeRow(y, warp, into);
  }

  private frame(pixels: Uint8Array): void {
    const row = this.side * CHANNELS;
    for (let y = 0; y < this.side; y += 1) this.framed.set(pixels.subarray(y * row, (y + 1) * row), (y + FRAME_BEFORE) * this.rowBytes + FRAME_BEFORE * CHANNELS);
  }

  private writeRow(y: number, warp: Warp, { target, offset }: BatchPlace): void {
    const { side } = this;
    const { cos, sin, shiftX, shiftY, flip, gain, lift } = warp;
    const centre = (side - 1) / 2;
    const dy = y - centre;
    for (let x = 0; x < side; x += 1) {
      const dx = (flip ? side - 1 - x : x) - centre;
      const fromX = cos * dx - sin * dy + centre + shiftX;
      const fromY = sin * dx + cos * dy + centre + shiftY;
      const left = Math.floor(fromX);
      const top = Math.floor(fromY);
      const at = this.indexOf(left, top);
      for (let channel = 0; channel < CHANNELS; channel += 1) {
        const coloured = this.between(at + channel, fromX - left, fromY - top) * gain + lift;
        target[offset + (channel * side + y) * side + x] = (coloured > 255 ? 255 : coloured < 0 ? 0 : coloured) * SCALE - OFFSET;
      }
    }
  }

  /** Where the upper left neighbour lies in the framed image; far outside every neighbour is black. */
  private indexOf(left: number, top: number): number {
    const isNear = left >= -1 && top >= -1 && left < this.side && top < this.side;
    return isNear ? (top + FRAME_BEFORE) * this.rowBytes + (left + FRAME_BEFORE) * CHANNELS : 0;
  }

  /** Bilinear between the byte at `at` and its neighbours to the right and below. */
  private between(at: number, right: number, down: number): number {
    const { framed, rowBytes } = this;
    const upper = (framed[at] ?? 0) * (1 - right) + (framed[at + CHANNELS] ?? 0) * right;
    const lower = (framed[at + rowBytes] ?? 0) * (1 - right) + (framed[at + rowBytes + CHANNELS] ?? 0) * right;
    return upper * (1 - down) + lower * down;
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

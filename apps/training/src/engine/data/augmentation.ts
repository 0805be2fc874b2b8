import { CHANNELS } from './image-decoder.js';
import type { Warp } from './warp.js';

/** Bytes 0..255 become about -2..2: (value / 255 - 0.5) / 0.25, as the exported model's metadata says. */
export const PIXEL_MEAN = 0.5;
export const PIXEL_DEVIATION = 0.25;
const SCALE = 1 / (255 * PIXEL_DEVIATION);
const OFFSET = PIXEL_MEAN / PIXEL_DEVIATION;
const NORMALISED = Float32Array.from({ length: 256 }, (_, value) => value * SCALE - OFFSET);

export interface BatchPlace {
  readonly target: Float32Array;
  readonly offset: number;
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
 * Writes images through a warp and colour change, bilinear, black outside. This is the loop in which a training on a CPU can lose most of
 * its time, so it makes no object per pixel: a black frame around the image spares the question which neighbours are inside.
 */
export class Augmenter {
  private readonly rowBytes: number;
  private readonly framed: Uint8Array;

  constructor(private readonly side: number) {
    this.rowBytes = (FRAME_BEFORE + side + FRAME_BEHIND) * CHANNELS;
    this.framed = new Uint8Array(this.rowBytes * (FRAME_BEFORE + side + FRAME_BEHIND));
  }

  /** Null: as it is. */
  write(pixels: Uint8Array, into: BatchPlace, warp: Warp | null): void {
    if (warp === null) {
      writePlain(pixels, this.side, into);
      return;
    }
    this.frame(pixels);
    for (let y = 0; y < this.side; y += 1) this.writeRow(y, warp, into);
  }

  private frame(pixels: Uint8Array): void {
    const row = this.side * CHANNELS;
    for (let y = 0; y < this.side; y += 1) this.framed.set(pixels.subarray(y * row, (y + 1) * row), (y + FRAME_BEFORE) * this.rowBytes + FRAME_BEFORE * CHANNELS);
  }

  private writeRow(y: number, warp: Warp, { target, offset }: BatchPlace): void {
    const { side } = this;
    const { shiftX, shiftY, flip, gain, lift } = warp;
    const [xx, xy, yx, yy] = warp.matrix;
    const centre = (side - 1) / 2;
    const dy = y - centre;
    for (let x = 0; x < side; x += 1) {
      const dx = (flip ? side - 1 - x : x) - centre;
      const fromX = xx * dx + xy * dy + centre + shiftX;
      const fromY = yx * dx + yy * dy + centre + shiftY;
      const left = Math.floor(fromX);
      const top = Math.floor(fromY);
      const at = this.indexOf(left, top);
      for (let channel = 0; channel < CHANNELS; channel += 1) {
        const coloured = this.between(at + channel, fromX - left, fromY - top) * (gain[channel] ?? 1) + lift;
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

import type { Random } from '../network/random.js';
import { CHANNELS } from './image-decoder.js';

/** What an augmentation may do. Numbers are drawn evenly between the limits, in the order of the fields. */
export interface AugmentationRange {
  readonly turnRadians: number;
  /** Of the square's side, both ways. */
  readonly shift: number;
  /** Smallest and largest factor that things grow by. */
  readonly scales: readonly [number, number];
  readonly colours: null | {
    /** Mirrors half of the images. */
    readonly flip: boolean;
    /** Factor and summand of every byte. */
    readonly gain: readonly [number, number];
    readonly lift: readonly [number, number];
    /** One more factor for each channel; absent: none. */
    readonly tint?: readonly [number, number];
  };
}

/**
 * A random change of one image. Pixel (x, y) of the result shows the source's pixel at M (x', y) + shift around the middle, where x' is x or its
 * mirror; a byte b of channel c becomes b * gain[c] + lift. Places are those of pixel middles, 0 the first.
 */
export interface Warp {
  readonly matrix: readonly [number, number, number, number];
  readonly shiftX: number;
  readonly shiftY: number;
  readonly flip: boolean;
  readonly gain: readonly number[];
  readonly lift: number;
}

export function drawWarp(random: Random, range: AugmentationRange, side: number): Warp {
  const angle = random.between(-range.turnRadians, range.turnRadians);
  const scale = random.between(range.scales[0], range.scales[1]);
  const shift = (): number => random.between(-range.shift, range.shift) * side;
  const [shiftX, shiftY] = [shift(), shift()];
  const [cos, sin] = [Math.cos(angle) / scale, Math.sin(angle) / scale];
  const matrix = [cos, -sin, sin, cos] as const;
  const { colours } = range;
  if (colours === null) return { matrix, shiftX, shiftY, flip: false, gain: [1, 1, 1], lift: 0 };
  const flip = colours.flip && random.next() < 0.5;
  const gain = random.between(colours.gain[0], colours.gain[1]);
  const lift = random.between(colours.lift[0], colours.lift[1]);
  const { tint } = colours;
  return { matrix, shiftX, shiftY, flip, lift, gain: Array.from({ length: CHANNELS }, () => (tint === undefined ? gain : gain * random.between(tint[0], tint[1]))) };
}

/** Which place of the source the result shows at (x, y); pixel middles, as in `Warp`. */
export function sourceOf(warp: Warp, side: number, x: number, y: number): readonly [number, number] {
  const centre = (side - 1) / 2;
  const [dx, dy] = [(warp.flip ? side - 1 - x : x) - centre, y - centre];
  const [xx, xy, yx, yy] = warp.matrix;
  return [xx * dx + xy * dy + centre + warp.shiftX, yx * dx + yy * dy + centre + warp.shiftY];
}

/** Where the result shows what lies at (x, y) of the source: the inverse of `sourceOf`. */
export function targetOf(warp: Warp, side: number, x: number, y: number): readonly [number, number] {
  const centre = (side - 1) / 2;
  const [xx, xy, yx, yy] = warp.matrix;
  const [fromX, fromY] = [x - centre - warp.shiftX, y - centre - warp.shiftY];
  const determinant = xx * yy - xy * yx;
  const dx = (yy * fromX - xy * fromY) / determinant;
  const dy = (xx * fromY - yx * fromX) / determinant;
  return [warp.flip ? side - 1 - (dx + centre) : dx + centre, dy + centre];
}

import { IGNORED, valueOfClass } from '../mask-values.js';
import type { LabelMap } from './label-map.js';

/** A colour a label, four bytes each: red, green, blue, alpha. */
export type Palette = Uint8Array;

const GREY = [128, 128, 128, 255] as const;

/** Of classes and their `#rrggbb`; background and hidden classes are clear, and what is to be ignored is grey. */
export function paletteOf(classes: readonly { readonly id: number; readonly color: string }[], hidden: ReadonlySet<number> = new Set()): Palette {
  const palette = new Uint8Array(256 * 4);
  palette.set(GREY, IGNORED * 4);
  for (const { id, color } of classes) {
    const value = valueOfClass(id);
    if (value !== null && !hidden.has(id)) palette.set([...bytesOf(color), 255], value * 4);
  }
  return palette;
}

function bytesOf(color: string): readonly number[] {
  const digits = /^#([0-9a-f]{6})$/i.exec(color)?.[1] ?? '808080';
  return [0, 2, 4].map((at) => Number.parseInt(digits.slice(at, at + 2), 16));
}

/** A tile as an ImageData takes it, row by row; null where nothing is painted. */
export function tileColours(map: LabelMap, tile: number, palette: Palette): Uint8ClampedArray<ArrayBuffer> | null {
  const { x, y, width, height } = map.boundsOf(tile);
  const colours = new Uint32Array(palette.buffer, palette.byteOffset, 256);
  const words = new Uint32Array(width * height);
  let painted = 0;
  for (let column = 0; column < width; column += 1) {
    const from = (x + column) * map.size.height + y;
    for (let row = 0; row < height; row += 1) {
      const label = map.pixels[from + row] ?? 0;
      painted |= label;
      words[row * width + column] = colours[label] ?? 0;
    }
  }
  return painted === 0 ? null : new Uint8ClampedArray(words.buffer);
}

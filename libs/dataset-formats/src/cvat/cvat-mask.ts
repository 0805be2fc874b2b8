import { MAX_IMAGE_PIXELS, tightBox, type PixelSize } from '@app/dice-format';
import type { RunLengths } from '../model.js';

/** A mask as CVAT writes it: row-major runs within a box, from the background. */
export interface CvatMask {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly runs: readonly number[];
}

/** Undefined for a mask without a pixel. */
export function cvatMaskOf(mask: RunLengths): CvatMask | undefined {
  const box = tightBox(mask);
  if (box === undefined) return undefined;
  const [left = 0, top = 0, width = 0, height = 0] = box;
  const [rows = 1] = mask.size;
  const pixels = new Uint8Array(width * height);
  let at = 0;
  mask.counts.forEach((count, index) => {
    for (let pixel = at; index % 2 === 1 && pixel < at + count; pixel += 1) pixels[((pixel % rows) - top) * width + Math.floor(pixel / rows) - left] = 1;
    at += count;
  });
  return { left, top, width, height, runs: runsOf(pixels) };
}

/** As run lengths of the whole image; undefined where the mask lies outside of it or its runs do not fill its box. */
export function runLengthsOf({ left, top, width, height, runs }: CvatMask, size: PixelSize): RunLengths | undefined {
  const isInside = [left, top, width, height].every((value) => Number.isSafeInteger(value) && value >= 0) && left + width <= size.width && top + height <= size.height;
  const isWhole = runs.every((run) => Number.isSafeInteger(run) && run >= 0) && runs.reduce((sum, run) => sum + run, 0) === width * height;
  if (!isInside || !isWhole || size.width * size.height > MAX_IMAGE_PIXELS) return undefined;
  const pixels = new Uint8Array(size.width * size.height);
  let at = 0;
  runs.forEach((run, index) => {
    for (let pixel = at; index % 2 === 1 && pixel < at + run; pixel += 1) pixels[(left + (pixel % width)) * size.height + top + Math.floor(pixel / width)] = 1;
    at += run;
  });
  return { size: [size.height, size.width], counts: runsOf(pixels) };
}

function runsOf(pixels: Uint8Array): number[] {
  const runs: number[] = [];
  let [value, start] = [0, 0];
  for (let at = 0; at < pixels.length; at += 1) {
    if (pixels[at] === value) continue;
    runs.push(at - start);
    [value, start] = [1 - value, at];
  }
  runs.push(pixels.length - start);
  return runs;
}

import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { fitGeometry } from './fit.js';
import { CHANNELS, decodeImage, decodeSquare } from './image-decoder.js';

const SIDE = 48;
const SHARED = resolve(import.meta.dirname, '../../../../../../shared/data/exif-orientation');

/** Red left half, green right half, blue top left corner: tells every turn and mirror apart. */
async function upright(): Promise<Buffer> {
  const part = (width: number, height: number, background: string): Promise<Buffer> => sharp({ create: { width, height, channels: 3, background } }).png().toBuffer();
  return sharp({ create: { width: 80, height: 48, channels: 3, background: '#f00' } })
    .composite([{ input: await part(40, 48, '#0f0'), left: 40, top: 0 }, { input: await part(20, 12, '#00f'), left: 0, top: 0 }])
    .png()
    .toBuffer();
}

/** The pixels as a camera stores them, with the orientation that makes them upright. */
async function stored(orientation: number, format: 'jpeg' | 'png' | 'webp'): Promise<Buffer> {
  const quarters = [0, 0, 180, 180, 90, 270, 270, 90][orientation - 1] ?? 0;
  const turned = sharp(await sharp(await upright()).rotate(quarters).png().toBuffer());
  const pixels = await ([2, 4, 5, 7].includes(orientation) ? turned.flop() : turned).png().toBuffer();
  return sharp(pixels).withMetadata({ orientation }).toFormat(format, { quality: 95 }).toBuffer();
}

const meanDifference = (left: Uint8Array, right: Uint8Array): number => left.reduce((sum, value, at) => sum + Math.abs(value - (right[at] ?? 0)), 0) / left.length;

describe('an image for training', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('of orientation %i is upright, in JPEG, PNG and WebP', async (orientation) => {
    const wanted = await decodeImage(await upright(), SIDE);
    for (const format of ['jpeg', 'png', 'webp'] as const) {
      const pixels = await decodeImage(await stored(orientation, format), SIDE);
      expect(pixels).toHaveLength(SIDE * SIDE * CHANNELS);
      expect(meanDifference(pixels, wanted), format).toBeLessThan(8);
    }
    // The measure tells a picture that lies on its side.
    expect(meanDifference(await decodeImage(await sharp(await upright()).rotate(90).png().toBuffer(), SIDE), wanted)).toBeGreaterThan(40);
  });

  it.runIf(existsSync(SHARED))('of files of others is the same in all orientations', async () => {
    for (const kind of ['Landscape', 'Portrait']) {
      const wanted = await decodeImage(readFileSync(join(SHARED, `${kind}_1.jpg`)), SIDE);
      for (let orientation = 2; orientation <= 8; orientation += 1) {
        // The number that is painted into each differs.
        expect(meanDifference(await decodeImage(readFileSync(join(SHARED, `${kind}_${orientation}.jpg`)), SIDE), wanted), `${kind} ${orientation}`).toBeLessThan(12);
      }
    }
  });

  it.each([
    [80, 48],
    [48, 80],
    [37, 100],
    [101, 33],
    [50, 50],
    [300, 21],
  ])('of %i x %i lies in the square where the geometry says', async (width, height) => {
    const bytes = await sharp({ create: { width, height, channels: 3, background: '#fff' } }).withMetadata({ orientation: 1 }).png().toBuffer();
    const { pixels, width: seenWidth, height: seenHeight } = await decodeSquare(bytes, SIDE);
    expect([seenWidth, seenHeight]).toEqual([width, height]);
    const { left, top } = fitGeometry(width, height, SIDE);
    const lit = (x: number, y: number): boolean => (pixels[(y * SIDE + x) * CHANNELS] ?? 0) > 128;
    const middle = SIDE / 2;
    expect(Array.from({ length: SIDE }, (_, x) => x).find((x) => lit(x, middle))).toBe(left);
    expect(Array.from({ length: SIDE }, (_, y) => y).find((y) => lit(middle, y))).toBe(top);
  });

  it('tells the size of an image that the camera stored lying as people see it', async () => {
    expect(await decodeSquare(await stored(6, 'jpeg'), SIDE)).toMatchObject({ width: 80, height: 48 });
  });
});

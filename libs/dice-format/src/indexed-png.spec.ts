import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodePng, readMaskPixels } from './indexed-png.js';

describe('readMaskPixels', () => {
  it('reads what other writers filter', async () => {
    const pixels = Uint8Array.from({ length: 64 * 48 }, (_, at) => (at % 64) + Math.floor(at / 64));
    for (const adaptiveFiltering of [true, false]) {
      const bytes = await sharp(pixels, { raw: { width: 64, height: 48, channels: 1 } }).toColourspace('b-w').png({ adaptiveFiltering }).toBuffer();
      expect(readMaskPixels(bytes)).toMatchObject({ width: 64, height: 48, pixels: Buffer.from(pixels) });
    }
  });

  it('refuses RGB, cut and over-long pixels, and accepts its own', () => {
    const grey = Buffer.from(encodePng(Uint8Array.of(0, 1, 255, 1), { width: 2, height: 2, channels: 1 }));
    expect(readMaskPixels(grey)).toMatchObject({ width: 2, height: 2, pixels: Buffer.of(0, 1, 255, 1) });
    expect(readMaskPixels(encodePng(new Uint8Array(12), { width: 2, height: 2, channels: 3 }))).toMatch(/indexed/);
    grey.writeUInt32BE(1, 20);
    expect(readMaskPixels(grey)).toMatch(/decompressed/);
    grey.writeUInt32BE(3, 20);
    expect(readMaskPixels(grey)).toMatch(/incomplete/);
  });
});

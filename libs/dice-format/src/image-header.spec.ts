import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { SNIFF_BYTES, sniffImage } from './image-header.js';

function picture(width = 40, height = 24): Sharp {
  return sharp({ create: { width, height, channels: 3, background: '#336699' } });
}

describe('sniffImage', () => {
  it.each(['jpeg', 'png', 'webp'] as const)('reads a %s as sharp writes it', async (format) => {
    const bytes = await picture().toFormat(format).toBuffer();
    expect(sniffImage(bytes)).toEqual({ ok: true, format, width: 40, height: 24, storedWidth: 40, storedHeight: 24, channels: 3, orientation: 1, animated: false });
  });

  it('reads a lossless WebP and one with alpha', async () => {
    expect(sniffImage(await picture().webp({ lossless: true }).toBuffer())).toMatchObject({ ok: true, width: 40, height: 24, channels: 3 });
    expect(sniffImage(await picture().ensureAlpha(0.5).webp().toBuffer())).toMatchObject({ ok: true, width: 40, height: 24, channels: 4 });
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('applies EXIF orientation %i', async (orientation) => {
    const turned = orientation >= 5;
    for (const format of ['jpeg', 'png', 'webp'] as const) {
      const bytes = await picture().withMetadata({ orientation }).toFormat(format).toBuffer();
      expect(sniffImage(bytes)).toMatchObject({ ok: true, orientation, width: turned ? 24 : 40, height: turned ? 40 : 24, storedWidth: 40, storedHeight: 24 });
    }
  });

  it('counts the channels of grey and transparent PNG', async () => {
    expect(sniffImage(await picture().toColourspace('b-w').png().toBuffer())).toMatchObject({ channels: 1 });
    expect(sniffImage(await picture().ensureAlpha(0.5).png().toBuffer())).toMatchObject({ channels: 4 });
  });

  it('asks for more bytes when the head is cut, at every length', async () => {
    for (const format of ['jpeg', 'png', 'webp'] as const) {
      const bytes = await picture().toFormat(format).toBuffer();
      const first = Array.from({ length: bytes.length }, (_, length) => sniffImage(bytes.subarray(0, length)).ok).indexOf(true);
      expect(first).toBeGreaterThan(20);
      expect(first).toBeLessThan(SNIFF_BYTES);
      for (let length = 0; length < first; length += 1) expect(sniffImage(bytes.subarray(0, length))).toMatchObject({ ok: false, code: 'more-bytes' });
    }
  });

  it('refuses zero sizes and more than 100 megapixels, and accepts exactly 100', async () => {
    const bytes = await picture().png().toBuffer();
    const sized = (width: number, height: number): ReturnType<typeof sniffImage> => {
      bytes.writeUInt32BE(width, 16);
      bytes.writeUInt32BE(height, 20);
      return sniffImage(bytes);
    };
    expect(sized(0, 5)).toMatchObject({ ok: false, code: 'unsupported-image' });
    expect(sized(10_000, 10_001)).toMatchObject({ ok: false, code: 'too-large' });
    expect(sized(10_000, 10_000)).toMatchObject({ ok: true });
  });

  it('refuses other formats', () => {
    expect(sniffImage(Buffer.from('GIF89a..............'))).toMatchObject({ ok: false, code: 'unsupported-image' });
    expect(sniffImage(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toMatchObject({ ok: false, code: 'unsupported-image' });
  });
});

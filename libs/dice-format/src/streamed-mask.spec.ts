import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodePng } from './indexed-png.js';
import { readStreamedMask } from './streamed-mask.js';

/** A grey PNG of any rows, each with its filter in front. */
function pngOf(width: number, height: number, rows: Uint8Array): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const chunk = (type: string, data: Uint8Array): Buffer => {
    const framed = Buffer.concat([Buffer.alloc(4), Buffer.from(type, 'latin1'), data, Buffer.alloc(4)]);
    framed.writeUInt32BE(data.length, 0);
    framed.writeUInt32BE(crc32(framed.subarray(4, -4)), framed.length - 4);
    return framed;
  };
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', new Uint8Array())]);
}

describe('readStreamedMask', () => {
  it('reads what another writer filters, in every way', async () => {
    const pixels = Uint8Array.from({ length: 64 * 48 }, (_, at) => ((at % 64) * 3 + Math.floor(at / 64) * 5) % 251);
    const expected = { width: 64, height: 48, values: [...new Set(pixels)].sort((a, b) => a - b), sha256: createHash('sha256').update(pixels).digest('hex') };
    for (const adaptiveFiltering of [true, false]) {
      expect(await readStreamedMask(await sharp(pixels, { raw: { width: 64, height: 48, channels: 1 } }).toColourspace('b-w').png({ adaptiveFiltering }).toBuffer())).toEqual(expected);
    }
  });

  it('undoes each filter as sharp does', async () => {
    for (const filter of [0, 1, 2, 3, 4]) {
      const rows = Uint8Array.from({ length: 12 * 9 }, (_, at) => (at % 12 === 0 ? filter : (at * 37) % 256));
      const png = pngOf(11, 9, rows);
      const pixels = await sharp(png).toColourspace('b-w').raw().toBuffer();
      expect(await readStreamedMask(png), `filter ${filter}`).toMatchObject({ sha256: createHash('sha256').update(pixels).digest('hex') });
    }
  });

  it('refuses RGB, cut, over-long and oddly filtered pixels', async () => {
    const grey = Buffer.from(encodePng(Uint8Array.of(0, 1, 255, 1), { width: 2, height: 2, channels: 1 }));
    expect(await readStreamedMask(grey)).toMatchObject({ width: 2, height: 2, values: [0, 1, 255] });
    expect(await readStreamedMask(encodePng(new Uint8Array(12), { width: 2, height: 2, channels: 3 }))).toMatch(/indexed/);
    expect(await readStreamedMask(pngOf(2, 1, new Uint8Array(6)))).toMatch(/more than/);
    expect(await readStreamedMask(pngOf(2, 3, new Uint8Array(6)))).toMatch(/incomplete/);
    expect(await readStreamedMask(pngOf(2, 2, Uint8Array.of(0, 1, 2, 5, 1, 2)))).toMatch(/unknown way/);
    expect(await readStreamedMask(pngOf(60_000, 60_000, new Uint8Array(6)))).toMatch(/impossible/);
    const damaged = pngOf(2, 2, new Uint8Array(6));
    damaged.writeUInt8(0xff, 41);
    expect(await readStreamedMask(damaged)).toMatch(/decompressed/);
    expect(await readStreamedMask(grey.subarray(0, 50))).toMatch(/not a PNG/);
  });

  it('lets others have their turn while a few kilobytes unpack to a hundred megapixels', async () => {
    const rows = Buffer.alloc(10_001 * 9_999);
    for (let row = 0; row < 9_999; row += 1) rows[row * 10_001] = 4;
    const png = pngOf(10_000, 9_999, rows);
    expect(png.length).toBeLessThan(200_000);
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    expect(await readStreamedMask(png)).toMatchObject({ values: [0] });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(50);
  });
});

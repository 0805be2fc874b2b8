import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage, UndecodableImage, type DecodedImage } from './decode-image.js';

const SHARED = resolve(import.meta.dirname, '../../../../../../../../shared/data');
const BLUE = { r: 40, g: 90, b: 200 };
const picture = (width = 64, height = 48): Sharp => sharp({ create: { width, height, channels: 3, background: BLUE } });

async function colourAt(webp: Uint8Array, x: number, y: number): Promise<number[]> {
  const { data, info } = await sharp(webp).raw().toBuffer({ resolveWithObject: true });
  return [...data.subarray((y * info.width + x) * info.channels, (y * info.width + x) * info.channels + 3)];
}

async function sizes(image: DecodedImage): Promise<{ own: string; preview: string; thumbnail: string }> {
  const [preview, thumbnail] = [await sharp(image.preview).metadata(), await sharp(image.thumbnail).metadata()];
  expect([preview.format, thumbnail.format]).toEqual(['webp', 'webp']);
  return { own: `${image.width}x${image.height}`, preview: `${preview.width}x${preview.height}`, thumbnail: `${thumbnail.width}x${thumbnail.height}` };
}

function near(found: number[], wanted: number[], tolerance = 12): void {
  expect(found.every((value, index) => Math.abs(value - (wanted[index] ?? 0)) <= tolerance), `${found.join()} near ${wanted.join()}`).toBe(true);
}

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** A grey PNG of one bit a pixel, all black: 60,000 x 60,000 in half a megabyte. */
function flood(side: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.writeUInt8(1, 8);
  const rows = deflateSync(Buffer.alloc((1 + Math.ceil(side / 8)) * side));
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), pngChunk('IHDR', header), pngChunk('IDAT', rows), pngChunk('IEND', Buffer.alloc(0))]);
}

async function refusal(bytes: Uint8Array): Promise<string> {
  try {
    await decodeImage(bytes);
  } catch (error) {
    if (error instanceof UndecodableImage) return error.message;
    throw error;
  }
  return 'decoded';
}

describe('an image becomes a thumbnail and a preview', () => {
  it('of 256 and 1600 px at most, with its proportions, and is never scaled up', async () => {
    expect(await sizes(await decodeImage(await picture(4000, 3000).jpeg().toBuffer()))).toEqual({ own: '4000x3000', preview: '1600x1200', thumbnail: '256x192' });
    expect(await sizes(await decodeImage(await picture(300, 400).jpeg().toBuffer()))).toEqual({ own: '300x400', preview: '300x400', thumbnail: '192x256' });
    expect(await sizes(await decodeImage(await picture(64, 48).png().toBuffer()))).toEqual({ own: '64x48', preview: '64x48', thumbnail: '64x48' });
  });

  it('also of one pixel, and of 30,000 px by one or by a hundred, either way', async () => {
    expect(await sizes(await decodeImage(await picture(1, 1).png().toBuffer()))).toEqual({ own: '1x1', preview: '1x1', thumbnail: '1x1' });
    expect(await sizes(await decodeImage(await picture(30_000, 1).png().toBuffer()))).toEqual({ own: '30000x1', preview: '1600x1', thumbnail: '256x1' });
    expect(await sizes(await decodeImage(await picture(100, 30_000).jpeg().toBuffer()))).toEqual({ own: '100x30000', preview: '5x1600', thumbnail: '1x256' });
  });

  it.each([
    ['progressive JPEG', () => picture().jpeg({ progressive: true }), 3],
    ['grey JPEG', () => picture().toColourspace('b-w').jpeg(), 1],
    ['palette PNG', () => picture().png({ palette: true }), 3],
    ['lossless WebP', () => picture().webp({ lossless: true }), 3],
    ['16-bit PNG', () => picture().toColourspace('rgb16').png(), 3],
    ['CMYK JPEG', () => picture().toColourspace('cmyk').jpeg(), 4],
    ['JPEG with a wide profile', () => picture().withIccProfile('p3').jpeg(), 3],
  ] as const)('of a %s, in the right colours', async (name, make, channels) => {
    const image = await decodeImage(await make().toBuffer());
    expect(image.channels).toBe(channels);
    near(await colourAt(image.preview, 20, 20), name === 'grey JPEG' ? [93, 93, 93] : [BLUE.r, BLUE.g, BLUE.b], name.startsWith('CMYK') ? 45 : 15);
    near(await colourAt(image.thumbnail, 20, 20), await colourAt(image.preview, 20, 20));
  });

  it('of 16-bit grey: the upper half of the bits', async () => {
    const values = new Uint16Array(32 * 32).fill(32_768);
    const image = await decodeImage(await sharp(values, { raw: { width: 32, height: 32, channels: 1 } }).toColourspace('grey16').png().toBuffer());
    near(await colourAt(image.preview, 5, 5), [128, 128, 128], 3);
  });

  it('with alpha over black, as training sees it', async () => {
    const half = await sharp({ create: { width: 20, height: 20, channels: 4, background: { r: 200, g: 200, b: 200, alpha: 0.5 } } }).png().toBuffer();
    const image = await decodeImage(half);
    expect(image.channels).toBe(4);
    near(await colourAt(image.preview, 5, 5), [100, 100, 100]);
    expect(await sharp(image.preview).metadata()).toMatchObject({ hasAlpha: false });
  });

  it('of the first frame of what is animated', async () => {
    const frames = Buffer.concat([Buffer.alloc(40 * 24 * 3, 30), Buffer.alloc(40 * 24 * 3, 220)]);
    const animated = await sharp(frames, { raw: { width: 40, height: 48, channels: 3, pageHeight: 24 } }).webp({ lossless: true, delay: [100, 100] }).toBuffer();
    expect((await sharp(animated).metadata()).pages).toBe(2);
    const image = await decodeImage(animated);
    expect(await sizes(image)).toEqual({ own: '40x24', preview: '40x24', thumbnail: '40x24' });
    near(await colourAt(image.preview, 5, 5), [30, 30, 30]);
  });

  it('without any metadata: no place, no camera, no profile, no comment', async () => {
    const told = await picture().withExif({ IFD0: { Make: 'secret-camera' }, IFD3: { GPSLatitude: '37/1 33/1 0/1' } }).withIccProfile('p3').withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/">secret-xmp</x:xmpmeta>').jpeg().toBuffer();
    expect(told.includes('secret-camera')).toBe(true);
    const { preview, thumbnail } = await decodeImage(told);
    for (const one of [preview, thumbnail]) {
      const facts = await sharp(one).metadata();
      expect([facts.exif, facts.icc, facts.xmp, facts.iptc, facts.orientation]).toEqual([undefined, undefined, undefined, undefined, undefined]);
      expect(Buffer.from(one).includes('secret')).toBe(false);
    }
  });
});

describe('all eight orientations', () => {
  /** Red left half, green right half; blue in the top left corner: tells every turn and mirror apart. */
  const upright = async (): Promise<Buffer> => {
    const part = (width: number, height: number, background: string): Promise<Buffer> => sharp({ create: { width, height, channels: 3, background } }).png().toBuffer();
    return sharp({ create: { width: 80, height: 48, channels: 3, background: '#f00' } })
      .composite([{ input: await part(40, 48, '#0f0'), left: 40, top: 0 }, { input: await part(20, 12, '#00f'), left: 0, top: 0 }])
      .png()
      .toBuffer();
  };
  /** What a camera stores, so that the orientation makes it upright. */
  const stored = async (orientation: number): Promise<Buffer> => {
    const quarters = [0, 0, 180, 180, 90, 270, 270, 90][orientation - 1] ?? 0;
    const turned = sharp(await sharp(await upright()).rotate(quarters).png().toBuffer());
    return ([2, 4, 5, 7].includes(orientation) ? turned.flop() : turned).png().toBuffer();
  };

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('gives orientation %i the same upright picture in JPEG, PNG and WebP', async (orientation) => {
    const turned = await stored(orientation);
    for (const format of ['jpeg', 'png', 'webp'] as const) {
      const image = await decodeImage(await sharp(turned).withMetadata({ orientation }).toFormat(format).toBuffer());
      expect(image).toMatchObject({ width: 80, height: 48, orientation });
      for (const one of [image.preview, image.thumbnail]) {
        near(await colourAt(one, 8, 4), [0, 0, 255], 40);
        near(await colourAt(one, 20, 40), [255, 0, 0], 40);
        near(await colourAt(one, 70, 40), [0, 255, 0], 40);
      }
    }
  });

  it.runIf(existsSync(SHARED))('of files of others', async () => {
    const folder = join(SHARED, 'exif-orientation');
    for (const name of readdirSync(folder)) {
      const image = await decodeImage(readFileSync(join(folder, name)));
      expect(await sizes(image), name).toEqual(name.startsWith('Landscape') ? { own: '1800x1200', preview: '1600x1067', thumbnail: '256x171' } : { own: '1200x1800', preview: '1067x1600', thumbnail: '171x256' });
    }
  });
});

describe('what is refused', () => {
  it('is a flood of pixels, before one is read', async () => {
    const bomb = flood(60_000);
    expect(bomb.length).toBeLessThan(600_000);
    const before = performance.now();
    expect(await refusal(bomb)).toBe('The image has more than 100 megapixels.');
    expect(performance.now() - before).toBeLessThan(2_000);
    expect(await refusal(flood(16_383))).toBe('The image has more than 100 megapixels.');
    // The twin within the limit.
    expect(await sizes(await decodeImage(flood(5_000)))).toMatchObject({ own: '5000x5000', thumbnail: '256x256' });
  });

  it('is another format under any name', async () => {
    const others = [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>'), Buffer.from('%PDF-1.4\n%%EOF'), await picture().gif().toBuffer(), await picture().tiff().toBuffer(), await picture().avif().toBuffer(), Buffer.from('<html></html>'), Buffer.alloc(0), Buffer.alloc(1000)];
    for (const other of others) expect(await refusal(other)).toMatch(/^(The file is not a JPEG, PNG or WebP image\.|The image cannot be decoded \()/);
  });

  it('is a file that was cut off, of each format', async () => {
    const noise = (): Sharp => sharp({ create: { width: 200, height: 200, channels: 3, noise: { type: 'gaussian', mean: 128, sigma: 60 }, background: '#000' } });
    for (const file of [await noise().jpeg().toBuffer(), await noise().png().toBuffer(), await noise().webp().toBuffer()]) {
      expect(await refusal(file)).toBe('decoded');
      for (const share of [0.01, 0.3, 0.6, 0.9]) expect(await refusal(file.subarray(0, Math.floor(file.length * share)))).toMatch(/^The (image cannot be decoded|file is not)/);
    }
  });
});

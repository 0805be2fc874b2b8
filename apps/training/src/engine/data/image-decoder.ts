import sharp from 'sharp';

// Only these are decoded: a loader for SVG or PDF would read what an attacker wrote.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer', 'VipsForeignLoadWebpBuffer', 'VipsForeignLoadJpegFile', 'VipsForeignLoadPngFile', 'VipsForeignLoadWebpFile'] });
// Training shares the cores with the steps; decoding is one image at a time.
sharp.concurrency(1);
sharp.cache(false);

/** The API's limit for one image, pixels. */
const MAX_PIXELS = 100_000_000;
export const CHANNELS = 3;

export interface DecodedSquare {
  readonly pixels: Uint8Array;
  /** Of the upright original image, pixels. */
  readonly width: number;
  readonly height: number;
}

/** `decodeImage` with the size that the image had. */
export async function decodeSquare(bytes: Uint8Array, side: number): Promise<DecodedSquare> {
  const { autoOrient } = await sharp(bytes, { limitInputPixels: MAX_PIXELS }).metadata();
  return { pixels: await decodeImage(bytes, side), width: autoOrient.width, height: autoOrient.height };
}

/**
 * One image as bytes of a square: upright (EXIF), fitted with its proportions kept, black around it, RGB, HWC, `side` x `side` x 3.
 * Throws for what cannot be decoded.
 */
export async function decodeImage(bytes: Uint8Array, side: number): Promise<Uint8Array> {
  const { data, info } = await sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' })
    .rotate()
    .flatten({ background: '#000' })
    .toColourspace('srgb')
    .resize(side, side, { fit: 'contain', background: '#000' })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return info.channels === CHANNELS ? data : grayToRgb(data, side * side);
}

function grayToRgb(gray: Uint8Array, pixels: number): Uint8Array {
  const rgb = new Uint8Array(pixels * CHANNELS);
  for (let pixel = 0; pixel < pixels; pixel += 1) rgb.fill(gray[pixel] ?? 0, pixel * CHANNELS, pixel * CHANNELS + CHANNELS);
  return rgb;
}

import sharp, { type Metadata } from 'sharp';

// Only these are decoded: a loader for SVG, PDF or TIFF would read what an attacker wrote.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer', 'VipsForeignLoadWebpBuffer'] });
// One image after the other on one core: the requests of people come first.
sharp.concurrency(1);
sharp.cache(false);

/** The API's limit of one image, pixels. */
export const MAX_PIXELS = 100_000_000;
export const THUMBNAIL_SIDE = 256;
export const PREVIEW_SIDE = 1_600;
const THUMBNAIL_QUALITY = 78;
const PREVIEW_QUALITY = 82;
/** Of 0 to 6; more saves 2 % of the bytes for twice the time. */
const EFFORT = 2;
/** The colour that training puts behind transparent pixels: what is shown is what is learned. */
const BEHIND_TRANSPARENT = '#000';

export interface DecodedImage {
  readonly width: number;
  readonly height: number;
  readonly orientation: number;
  readonly channels: number;
  /** WebP. */
  readonly thumbnail: Uint8Array;
  readonly preview: Uint8Array;
}

/** The image cannot be decoded; the message is a sentence for people. */
export class UndecodableImage extends Error {}

/**
 * What becomes of an image, by its kind (a test each in decode-image.spec.ts):
 *
 * | kind | rule |
 * |---|---|
 * | JPEG, baseline or progressive, grey or colour | decoded |
 * | CMYK and YCCK JPEG | converted to sRGB by its profile, else by the usual one |
 * | PNG of any colour type; palette; interlaced | decoded |
 * | 16 bits a channel | scaled to 8 |
 * | alpha (also by tRNS) | put over black, as training does |
 * | WebP, lossy or lossless | decoded |
 * | animated WebP, APNG | the first frame |
 * | EXIF orientation 1 to 8 | applied; everything is upright |
 * | embedded profile | converted to sRGB |
 * | smaller than the thumbnail or preview, down to 1 px | never scaled up |
 * | 30,000 px wide and 1 px high | scaled down; a side is never below 1 px |
 * | above 100 megapixels | refused before a pixel is read |
 * | cut off, or damaged so that the decoder notices | refused |
 * | anything else (SVG, GIF, TIFF, PDF, HEIC ...) | refused, whatever its name says |
 *
 * The image is decoded once: the thumbnail is made of the preview's pixels. Neither carries metadata.
 *
 * @throws UndecodableImage
 */
export async function decodeImage(bytes: Uint8Array): Promise<DecodedImage> {
  try {
    const facts = await sharp(bytes, OPTIONS).metadata();
    const { data, info } = await sharp(bytes, OPTIONS)
      .autoOrient()
      .flatten({ background: BEHIND_TRANSPARENT })
      .resize(PREVIEW_SIDE, PREVIEW_SIDE, { fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const pixels = { raw: { width: info.width, height: info.height, channels: info.channels } };
    const preview = await sharp(data, pixels).webp({ quality: PREVIEW_QUALITY, effort: EFFORT }).toBuffer();
    const thumbnail = await sharp(data, pixels).resize(THUMBNAIL_SIDE, THUMBNAIL_SIDE, { fit: 'inside', withoutEnlargement: true }).webp({ quality: THUMBNAIL_QUALITY, effort: EFFORT }).toBuffer();
    return { ...uprightSize(facts), orientation: facts.orientation ?? 1, channels: facts.channels, thumbnail, preview };
  } catch (error) {
    throw new UndecodableImage(sentence(error), { cause: error });
  }
}

const OPTIONS = { limitInputPixels: MAX_PIXELS, failOn: 'error', sequentialRead: true, pages: 1 } as const;
const MAX_REASON_LENGTH = 120;

function uprightSize({ autoOrient }: Metadata): { width: number; height: number } {
  return { width: autoOrient.width, height: autoOrient.height };
}

function sentence(error: unknown): string {
  const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : '';
  if (reason.includes('pixel limit')) return `The image has more than ${MAX_PIXELS / 1e6} megapixels.`;
  if (reason.includes('unsupported image format')) return 'The file is not a JPEG, PNG or WebP image.';
  return `The image cannot be decoded (${reason.slice(0, MAX_REASON_LENGTH)}).`;
}

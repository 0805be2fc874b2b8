import type { ModelAdapter } from '@app/contracts';
import sharp from 'sharp';
import { CHANNELS, decodeSquare, MAX_PIXELS } from '../data/image-decoder.js';

export interface FittedImage {
  /** One image as the model's input wants it. */
  readonly input: Float32Array;
  readonly shape: readonly number[];
  /** Of the upright original image, pixels. */
  readonly width: number;
  readonly height: number;
}

const BLACK = '#000';

/** Decodes an image and makes it the input of a model: fitted, scaled and laid out as its adapter says. Throws for what cannot be decoded. */
export async function fittedImage(bytes: Uint8Array, { input_size: [columns, rows], preprocessing }: ModelAdapter): Promise<FittedImage> {
  const { pixels, width, height } = columns === rows && preprocessing.fit === 'contain, black' ? await decodeSquare(bytes, columns) : await decodeFitted(bytes, { columns, rows, fit: preprocessing.fit });
  const isPlanar = preprocessing.layout === 'NCHW';
  return { input: normalised(pixels, preprocessing), shape: isPlanar ? [1, CHANNELS, rows, columns] : [1, rows, columns, CHANNELS], width, height };
}

/** The general case of `decodeSquare`: a model that was trained elsewhere may see another shape. */
async function decodeFitted(bytes: Uint8Array, to: { readonly columns: number; readonly rows: number; readonly fit: ModelAdapter['preprocessing']['fit'] }): Promise<{ pixels: Uint8Array; width: number; height: number }> {
  const { autoOrient } = await sharp(bytes, { limitInputPixels: MAX_PIXELS }).metadata();
  const fit = to.fit === 'stretch' ? ({ fit: 'fill' } as const) : ({ fit: 'contain', position: to.fit === 'contain, black' ? 'centre' : 'left top', background: BLACK } as const);
  const { data, info } = await sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' })
    .rotate()
    .flatten({ background: BLACK })
    .toColourspace('srgb')
    .resize(to.columns, to.rows, fit)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const pixels = info.channels === CHANNELS ? data : Uint8Array.from({ length: data.length * CHANNELS }, (_, index) => data[Math.floor(index / CHANNELS)] ?? 0);
  return { pixels, width: autoOrient.width, height: autoOrient.height };
}

/** value * scale, minus mean, by deviation, channel by channel. */
function normalised(pixels: Uint8Array, { layout, colour, scale, mean, deviation }: ModelAdapter['preprocessing']): Float32Array {
  const count = pixels.length / CHANNELS;
  const input = new Float32Array(pixels.length);
  for (let channel = 0; channel < CHANNELS; channel += 1) {
    const from = colour === 'RGB' ? channel : CHANNELS - 1 - channel;
    const [lift, gain] = [of(mean, channel), 1 / of(deviation, channel)];
    const [start, step] = layout === 'NCHW' ? [channel * count, 1] : [channel, CHANNELS];
    for (let pixel = 0; pixel < count; pixel += 1) input[start + pixel * step] = ((pixels[pixel * CHANNELS + from] ?? 0) * scale - lift) * gain;
  }
  return input;
}

const of = (value: number | readonly number[], channel: number): number => (typeof value === 'number' ? value : (value[channel] ?? 0));

import type { ModelAdapter } from '@app/contracts';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { writePlain } from '../data/augmentation.js';
import { decodeImage } from '../data/image-decoder.js';
import { fittedImage } from './fitted-image.js';

const TRAINED: ModelAdapter['preprocessing'] = { layout: 'NCHW', colour: 'RGB', fit: 'contain, black', scale: 1 / 255, mean: 0.5, deviation: 0.25 };
const RAW: ModelAdapter['preprocessing'] = { ...TRAINED, scale: 1, mean: 0, deviation: 1 };

function adapter(input_size: [number, number], preprocessing: ModelAdapter['preprocessing']): ModelAdapter {
  return { output_format: 'classification/1', task_type: 'image_classification', multi_label: false, classes: [{ id: 0, name: 'x' }], input_size, preprocessing };
}

/** Red on the left, blue on the right, twice as wide as high. */
async function picture(): Promise<Buffer> {
  const half = (background: string): Promise<Buffer> => sharp({ create: { width: 8, height: 8, channels: 3, background } }).png().toBuffer();
  return sharp({ create: { width: 16, height: 8, channels: 3, background: '#f00' } }).composite([{ input: await half('#00f'), left: 8, top: 0 }]).png().toBuffer();
}

describe('the input of a model', () => {
  it('is to the bit what training sees', async () => {
    const bytes = await picture();
    const expected = new Float32Array(3 * 12 * 12);
    writePlain(await decodeImage(bytes, 12), 12, { target: expected, offset: 0 });
    const { input, shape, width, height } = await fittedImage(bytes, adapter([12, 12], TRAINED));
    expect(shape).toEqual([1, 3, 12, 12]);
    expect([width, height]).toEqual([16, 8]);
    input.forEach((value, index) => expect(value).toBeCloseTo(expected[index] ?? 9, 5));
  });

  it('has mean and deviation in the order of its colours, in bytes where its scale is 1', async () => {
    const preprocessing = { ...RAW, colour: 'BGR', mean: [103.53, 116.28, 123.675], deviation: [57.375, 57.12, 58.395] } as const;
    const { input } = await fittedImage(await picture(), adapter([16, 8], { ...preprocessing, mean: [...preprocessing.mean], deviation: [...preprocessing.deviation] }));
    // The first pixel is red.
    expect([input[0], input[128], input[256]].map((value) => value?.toFixed(3))).toEqual([(-103.53 / 57.375).toFixed(3), (-116.28 / 57.12).toFixed(3), ((255 - 123.675) / 58.395).toFixed(3)]);
  });

  it('has its channels and axes where the adapter says', async () => {
    const bytes = await picture();
    const planar = (await fittedImage(bytes, adapter([16, 8], RAW))).input;
    const { input: last, shape } = await fittedImage(bytes, adapter([16, 8], { ...RAW, layout: 'NHWC', colour: 'BGR' }));
    expect(shape).toEqual([1, 8, 16, 3]);
    // The first pixel is red: first plane, or last of three.
    expect([planar[0], planar[128], planar[256]]).toEqual([255, 0, 0]);
    expect([last[0], last[1], last[2]]).toEqual([0, 0, 255]);
  });

  it('is fitted as the adapter says', async () => {
    const bytes = await picture();
    const red = async (fit: ModelAdapter['preprocessing']['fit']): Promise<number[]> => {
      const { input } = await fittedImage(bytes, adapter([8, 8], { ...RAW, fit }));
      return [0, 2, 5, 7].map((row) => Math.round(input[row * 8] ?? -1));
    };
    expect(await red('contain, black')).toEqual([0, 255, 255, 0]);
    expect(await red('contain, black, top-left')).toEqual([255, 255, 0, 0]);
    expect(await red('stretch')).toEqual([255, 255, 255, 255]);
  });

  it('takes channels one by one', async () => {
    const { input } = await fittedImage(await picture(), adapter([16, 8], { ...RAW, mean: [55, 10, 20], deviation: [2, 1, 4] }));
    expect([input[0], input[128], input[256]]).toEqual([100, -10, -5]);
  });

  it('of what is no image is none', async () => {
    await expect(fittedImage(Buffer.from('<svg/>'), adapter([8, 8], RAW))).rejects.toThrow();
  });
});

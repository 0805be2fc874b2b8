import { SampleCacheWriter } from '../engine/data/sample-cache.js';
import { Random } from '../engine/network/random.js';
import { writeSamples } from '../engine/samples/sample-file.js';
import type { LabeledObject, Sample } from '../engine/samples/sample.js';
import sharp from 'sharp';

export const BLOCK_SIDE = 64;
const SIDE = BLOCK_SIDE;
const COLOURS = [
  [220, 60, 50],
  [50, 90, 220],
] as const;

/** Gray noise with one to three upright blocks, reddish (class 0) or bluish (class 1): boxes that a detector learns in seconds. */
export async function blockImage(random: Random): Promise<{ readonly png: Buffer; readonly objects: LabeledObject[] }> {
  const pixels = Buffer.from(Array.from({ length: SIDE * SIDE * 3 }, () => 90 + Math.floor(random.next() * 70)));
  const objects: LabeledObject[] = [];
  const count = 1 + Math.floor(random.next() * 3);
  for (let tries = 0; objects.length < count && tries < 20; tries += 1) {
    const [width, height] = [10 + Math.floor(random.next() * 20), 10 + Math.floor(random.next() * 20)];
    const [x, y] = [Math.floor(random.next() * (SIDE - width)), Math.floor(random.next() * (SIDE - height))];
    if (objects.some(({ bbox }) => bbox !== null && x < bbox[0] + bbox[2] + 2 && bbox[0] < x + width + 2 && y < bbox[1] + bbox[3] + 2 && bbox[1] < y + height + 2)) continue;
    const classIndex = random.next() < 0.5 ? 0 : 1;
    for (let row = y; row < y + height; row += 1) for (let column = x; column < x + width; column += 1) pixels.set(COLOURS[classIndex] ?? [], (row * SIDE + column) * 3);
    objects.push({ classIndex, bbox: [x, y, width, height], isCrowd: false });
  }
  return { png: await sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } }).png().toBuffer(), objects };
}

/** Writes a cache of images and a file of samples; the last fifth is for validation. The same numbers, the same files. */
export async function blockDataset(count: number, files: { readonly cacheFile: string; readonly samplesFile: string }): Promise<{ readonly side: number }> {
  const writer = await SampleCacheWriter.create(files.cacheFile, SIDE);
  const random = new Random(11);
  const samples: Sample[] = [];
  for (let number = 0; number < count; number += 1) {
    const { png, objects } = await blockImage(random);
    const added = await writer.append(png);
    if (!added.ok) throw new Error(added.reason);
    const { width, height, index } = added;
    samples.push({ side: number < 0.8 * count ? 'train' : 'val', cacheIndex: index, imageId: number + 1, width, height, classIndices: [...new Set(objects.map((one) => one.classIndex))], objects, maskIndex: null });
  }
  await writer.close();
  await writeSamples(files.samplesFile, samples);
  return { side: SIDE };
}

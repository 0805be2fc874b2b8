import { join } from 'node:path';
import sharp from 'sharp';
import { SampleCacheWriter } from '../engine/data/sample-cache.js';
import { Random } from '../engine/network/random.js';
import { writeSamples } from '../engine/samples/sample-file.js';
import type { Sample } from '../engine/samples/sample.js';
import type { TrainingSpec } from '../engine/training-engine.js';

export const BAR_SIDE = 16;

/** Bright bars, standing or lying, with noise: two classes that a tiny network tells apart. */
export async function barImage(random: Random, standing: boolean): Promise<Buffer> {
  const at = 3 + Math.floor(random.next() * 10);
  const pixels = Buffer.alloc(BAR_SIDE * BAR_SIDE * 3);
  for (let y = 0; y < BAR_SIDE; y += 1) {
    for (let x = 0; x < BAR_SIDE; x += 1) {
      const bright = Math.abs((standing ? x : y) - at) < 2;
      pixels.fill(Math.floor((bright ? 160 : 20) + random.next() * 60), (y * BAR_SIDE + x) * 3, (y * BAR_SIDE + x) * 3 + 3);
    }
  }
  return sharp(pixels, { raw: { width: BAR_SIDE, height: BAR_SIDE, channels: 3 } }).png().toBuffer();
}

/** 96 images to train with and 24 to validate with, as files of `folder`. */
export async function barTraining(folder: string, hyperparameters: Record<string, unknown> = {}): Promise<TrainingSpec> {
  const cacheFile = join(folder, `cache-${Math.floor(Math.random() * 1e9)}.bin`);
  const writer = await SampleCacheWriter.create(cacheFile, BAR_SIDE);
  const random = new Random(5);
  const samples: Sample[] = [];
  for (let number = 0; number < 120; number += 1) {
    const standing = number % 2 === 0;
    const added = await writer.append(await barImage(random, standing));
    if (!added.ok) throw new Error(added.reason);
    samples.push({ side: number < 96 ? 'train' : 'val', cacheIndex: added.index, imageId: number + 1, width: BAR_SIDE, height: BAR_SIDE, classIndices: [standing ? 0 : 1], objects: [], maskIndex: null });
  }
  await writer.close();
  const samplesFile = `${cacheFile}.ndjson`;
  await writeSamples(samplesFile, samples);
  return {
    taskType: 'image_classification',
    multiLabel: false,
    classes: [
      { id: 3, name: 'standing' },
      { id: 7, name: 'lying' },
    ],
    model: 'cnn-small',
    hyperparameters: { epochs: 4, batch_size: 16, learning_rate: 0.01, ...hyperparameters },
    imageSide: BAR_SIDE,
    cacheFile,
    samplesFile,
    initFile: null,
    snapshotSha256: 'ab'.repeat(32),
  };
}

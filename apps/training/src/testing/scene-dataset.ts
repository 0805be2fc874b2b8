import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeSamples } from '../engine/samples/sample-file.js';
import type { LabeledObject, Sample } from '../engine/samples/sample.js';
import type { TrainingSpec } from '../engine/training-engine.js';
import { FORMS, type Scene, type SceneFigure } from './shape-scenes.js';

/** Generated scenes as a detector's training: the box of what a figure shows of itself inside the picture. */
export async function sceneDataset(of: { readonly target: string; readonly train: number; readonly val: number; readonly scene: (number: number) => Scene }): Promise<TrainingSpec> {
  const scenes = Array.from({ length: of.train + of.val }, (_, number) => of.scene(number));
  const side = Math.sqrt((scenes[0]?.pixels.length ?? 0) / 3);
  const cacheFile = join(of.target, 'images.cache');
  await writeFile(cacheFile, Buffer.concat(scenes.map((one) => one.pixels)));
  const samples = scenes.map(({ figures }, index): Sample => {
    const objects = figures.map((one) => boxed(one, side));
    return { side: index < of.train ? 'train' : 'val', cacheIndex: index, imageId: index + 1, width: side, height: side, classIndices: [...new Set(objects.map((one) => one.classIndex))], objects, maskIndex: null };
  });
  const samplesFile = join(of.target, 'samples.ndjson');
  await writeSamples(samplesFile, samples);
  const classes = FORMS.map((name, id) => ({ id, name }));
  return { taskType: 'object_detection', multiLabel: false, classes, model: 'centers-small', hyperparameters: {}, imageSide: side, cacheFile, samplesFile, initFile: null, snapshotSha256: 'ab'.repeat(32) };
}

function boxed({ ring, classIndex }: SceneFigure, side: number): LabeledObject {
  const inside = (values: readonly number[]): readonly [number, number] => [Math.max(0, Math.min(...values)), Math.min(side, Math.max(...values))];
  const [left, right] = inside(ring.filter((_, at) => at % 2 === 0));
  const [top, bottom] = inside(ring.filter((_, at) => at % 2 === 1));
  return { classIndex, bbox: [left, top, right - left, bottom - top], isCrowd: false };
}

import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { TaskType } from '@app/contracts';
import { codecOf, convert } from '@app/dataset-formats';
import { toDicePackage } from '@app/dice-format';
import { DecodedImages } from '../dataset-source/decoded-images.js';
import { DiceLabelReader } from '../dataset-source/dice-label-reader.js';
import { sideLimitsOf } from '../dataset-source/image-side.js';
import { trainingSamples } from '../dataset-source/training-samples.js';
import { writeSamples } from '../engine/samples/sample-file.js';
import type { TrainingSpec } from '../engine/training-engine.js';

export interface ConvertedDataset {
  readonly folder: string;
  readonly form: Parameters<typeof codecOf>[0];
  readonly taskType: TaskType;
  /** By the place of the image among the names in order. */
  readonly isVal: (place: number) => boolean;
}

/** A dataset of others as the worker would prepare it: converted as `npm run convert` does, decoded, dealt out, written to files in `target`. */
export async function convertedDataset(from: ConvertedDataset, training: { readonly target: string; readonly model: string; readonly hyperparameters: Readonly<Record<string, number | string>> }): Promise<TrainingSpec> {
  const files: { path: string; bytes: Buffer }[] = [];
  for (const entry of await readdir(from.folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files.push({ path: relative(from.folder, path).split(sep).join('/'), bytes: await readFile(path) });
  }
  const dataset = await convert(files.sort((a, b) => (a.path < b.path ? -1 : 1)), codecOf(from.form), { name: 'converted', createdAt: '2026-01-01T00:00:00Z' });
  const { entries } = toDicePackage(dataset);
  const bytesOf = new Map(entries.map((one) => [one.name, one.bytes]));
  const once = async function* (): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(Buffer.from(bytesOf.get('annotations.json') ?? ''));
  };
  const labels = await new DiceLabelReader().read(once(), new AbortController().signal);
  const images = DecodedImages.create(join(training.target, 'images.cache'), Number(training.hyperparameters['image_size'] ?? 0), sideLimitsOf(training.model));
  for (const { fileName } of labels.images) await images.add(fileName, Buffer.from(bytesOf.get(fileName) ?? ''));
  await images.finish();
  const names = labels.images.map((one) => one.fileName).sort();
  const place = new Map(names.map((name, index) => [name, index]));
  const dealt = labels.images.map((one) => ({ ...one, split: from.isVal(place.get(one.fileName) ?? 0) ? ('val' as const) : ('train' as const) }));
  const { classes, samples } = trainingSamples({ ...labels, images: dealt }, { images: images.byName, masks: new Map() }, { split: null, hyperparameters: training.hyperparameters });
  const samplesFile = join(training.target, 'samples.ndjson');
  await writeSamples(samplesFile, samples());
  const { model, hyperparameters } = training;
  return { taskType: from.taskType, multiLabel: false, classes, model, hyperparameters, imageSide: images.side, cacheFile: images.cacheFile, samplesFile, initFile: null, snapshotSha256: 'cd'.repeat(32) };
}

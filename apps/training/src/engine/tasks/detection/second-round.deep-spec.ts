import { existsSync, mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ValidationExample } from '@app/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { convertedDataset } from '../../../testing/converted-dataset.js';
import { sceneTraining } from '../../../testing/scene-training.js';
import { rightBoxes } from '../../../testing/right-boxes.js';
import { paintedScene } from '../../../testing/shape-scenes.js';
import { TrainingData } from '../../data/training-data.js';
import { evaluateModel } from '../../evaluation/evaluator.js';
import { OnnxEngine } from '../../onnx-engine.js';
import { loadRuntimeNamed } from '../../runtime/load-runtime.js';
import { SampleFileReader, writeSamples } from '../../samples/sample-file.js';
import type { Sample, SampleSide } from '../../samples/sample.js';
import type { TrainingSpec } from '../../training-engine.js';
import { modelFor } from '../model-registry.js';

const RACCOONS = resolve(import.meta.dirname, '../../../../../../../shared/data/raccoon-voc');
const hasPhotos = existsSync(RACCOONS);
const [ALL, FIRST] = [200, 40];
/** Where the labeler shows suggestions from, if nobody moves its slider; where a run keeps them from, by default; and all that there is. */
const LEAST = [0.5, 0.3, 0.1];
if (!hasPhotos) process.stdout.write('the photos of raccoons are not here: generated forms stand in for them\n');

let target: string;
let whole: TrainingSpec;
let samples: readonly Sample[];
beforeAll(async () => {
  target = await mkdtemp(join(tmpdir(), 'second-round-'));
  whole = hasPhotos ? await photos() : await forms();
  samples = samplesOf(whole.samplesFile);
});
afterAll(() => rm(target, { recursive: true, force: true }));

const photos = (): Promise<TrainingSpec> => convertedDataset({ folder: RACCOONS, form: 'voc', taskType: 'object_detection', isVal: (place) => place % 5 === 4 }, { target, model: 'centers-small', hyperparameters: {} });
const forms = (): Promise<TrainingSpec> => sceneTraining({ folder: target, taskType: 'object_detection', model: 'centers-small', side: 128, counts: { train: (ALL * 4) / 5, val: ALL / 5 }, scene: (number) => paintedScene(8, number, 128) });

function samplesOf(path: string): readonly Sample[] {
  const found: Sample[] = [];
  new SampleFileReader(path, (sample) => found.push(sample)).close();
  return found;
}

/** Deals images out; null: it has no part. */
async function dealt(name: string, sideOf: (sample: Sample, place: number) => SampleSide | null): Promise<TrainingSpec> {
  const folder = join(target, name);
  mkdirSync(folder);
  const samplesFile = join(folder, 'samples.ndjson');
  await writeSamples(
    samplesFile,
    samples.flatMap((sample, place) => {
      const side = sideOf(sample, place);
      return side === null ? [] : [{ ...sample, side }];
    }),
  );
  return { ...whole, samplesFile };
}

/** The model of the best epoch, with default settings. */
async function trained(spec: TrainingSpec): Promise<{ readonly model: Uint8Array; readonly cpuSeconds: number }> {
  const { settings } = modelFor(spec.taskType, spec.model).open(spec.hyperparameters);
  const engine = new OnnxEngine();
  await engine.prepare(spec);
  let [model, cpuSeconds] = [engine.exportModel(), 0];
  for (let epoch = 1; epoch <= settings.epochs; epoch += 1) {
    await engine.trainEpoch(epoch, { onStep: () => undefined, shouldStop: () => false });
    cpuSeconds += (await engine.evaluate()).cpu_seconds;
    if (engine.bestEpoch() === epoch) model = engine.exportModel();
  }
  await engine.dispose();
  return { model, cpuSeconds };
}

async function measured(model: Uint8Array, spec: TrainingSpec): Promise<{ readonly map50: number; readonly examples: readonly ValidationExample[] }> {
  const known = modelFor(spec.taskType, spec.model);
  const data = TrainingData.open(spec, known);
  try {
    const { result, examples } = await evaluateModel(model, { task: known.open(spec.hyperparameters).task(data.facts()), data, threads: 1, runtime: await loadRuntimeNamed('onnxruntime-node') });
    return { map50: result.scores['map50'] ?? 0, examples };
  } finally {
    data.close();
  }
}

describe('40 labeled images', () => {
  it('give a model that labels the next 160 in part, and with these corrected one that is better', { timeout: 3 * 3600_000 }, async () => {
    const labeled = new Set(samples.filter((one) => one.side === 'train').slice(0, FIRST));
    // Every fifth of the labeled is set aside, as a training does by itself.
    const first = await trained(await dealt('first', (sample) => (labeled.has(sample) ? ([...labeled].indexOf(sample) % 5 === 4 ? 'val' : 'train') : null)));
    const { examples } = await measured(first.model, await dealt('next', (sample) => (labeled.has(sample) ? 'train' : 'val')));
    const counted = LEAST.map((least) => ({ least, ...rightBoxes(examples, least) }));
    process.stdout.write(`${JSON.stringify({ photos: hasPhotos, looked: examples.length, counted, cpu: first.cpuSeconds })}\n`);
    const before = await measured(first.model, whole);
    const second = await trained(whole);
    const after = await measured(second.model, whole);
    process.stdout.write(`${JSON.stringify({ first: { map50: before.map50, cpu: first.cpuSeconds }, second: { map50: after.map50, cpu: second.cpuSeconds } })}\n`);
    expect(examples.length).toBeGreaterThanOrEqual(150);
    const kept = counted.find((one) => one.least === 0.3);
    expect(kept?.near).toBeGreaterThan(0.5 * (kept?.there ?? 0));
    expect(kept?.right).toBeGreaterThan(0.1 * (kept?.there ?? 0));
    expect(after.map50).toBeGreaterThan(before.map50);
  });
});

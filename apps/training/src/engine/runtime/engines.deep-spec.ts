import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EngineName } from '@app/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blockDataset } from '../../testing/block-images.js';
import { OnnxEngine } from '../onnx-engine.js';
import type { TrainingSpec } from '../training-engine.js';
import { loadRuntimeNamed } from './load-runtime.js';
import type { RuntimeName } from './step-runtime.js';

const ENGINES: readonly [EngineName, RuntimeName][] = [
  ['onnx', 'onnxruntime-node'],
  ['onnx', 'onnxruntime-web'],
  ['tfjs', 'tfjs-wasm'],
];
const EPOCHS = 8;
const quiet = { onStep: () => undefined, shouldStop: () => false };
const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const CLASSES = [
  { id: 4, name: 'red' },
  { id: 8, name: 'blue' },
];
let folder: string;
let spec: TrainingSpec;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'engines-'));
  const files = { cacheFile: join(folder, 'images.cache'), samplesFile: join(folder, 'samples.ndjson') };
  const { side } = await blockDataset(120, files);
  spec = { taskType: 'object_detection', multiLabel: false, classes: CLASSES, model: 'centers-small', hyperparameters: { epochs: EPOCHS, augment: 'light', learning_rate: 0.005 }, imageSide: side, ...files, initFile: null, snapshotSha256: 'ef'.repeat(32) };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function prepared(engine: EngineName, runtime: RuntimeName): Promise<OnnxEngine> {
  const made = new OnnxEngine({ runtime: await loadRuntimeNamed(runtime) });
  await made.prepare({ ...spec, hyperparameters: { ...spec.hyperparameters, engine } });
  return made;
}

describe.each(ENGINES)('a detector of the engine %s on %s', (engine, runtime) => {
  it('learns boxes, and goes on from a checkpoint bitwise', async () => {
    const straight = await prepared(engine, runtime);
    let saved = Buffer.alloc(0);
    let imagesPerSecond = 0;
    for (let epoch = 1; epoch <= EPOCHS; epoch += 1) {
      await straight.trainEpoch(epoch, quiet);
      imagesPerSecond = Math.max(imagesPerSecond, (await straight.evaluate()).images_per_second);
      if (epoch === EPOCHS - 1) saved = Buffer.from(straight.saveCheckpoint());
    }
    const metrics = await straight.evaluate();
    expect(metrics.scores['map50']).toBeGreaterThan(0.8);
    const resumed = await prepared(engine, runtime);
    expect(await resumed.restore(saved)).toBe(EPOCHS - 1);
    await resumed.trainEpoch(EPOCHS, quiet);
    await resumed.evaluate();
    expect(hashOf(resumed.exportModel())).toBe(hashOf(straight.exportModel()));
    process.stdout.write(`${engine} on ${runtime}: mAP50 ${metrics.scores['map50']?.toFixed(3)}, ${imagesPerSecond.toFixed(0)} images/s\n`);
    for (const one of [straight, resumed]) await one.dispose();
  });
});

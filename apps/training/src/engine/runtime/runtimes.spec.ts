import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MODEL_CATALOGUE } from '@app/contracts';
import { memory } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RecordingRuntime, type RecordedRun } from '../../testing/recording-runtime.js';
import { sceneTraining } from '../../testing/scene-training.js';
import { kiteScene, KITE_POINTS } from '../../testing/shape-scenes.js';
import { OnnxEngine } from '../onnx-engine.js';
import { loadRuntimeNamed } from './load-runtime.js';
import { floatsOf, type RuntimeName, type StepRuntime } from './step-runtime.js';

const SIDE = 64;
let folder: string;
/** Of each model of the catalogue: the last training step and the exported model over the validation images, as onnxruntime's native library computed them. */
const recorded = new Map<string, readonly [step: RecordedRun, exported: RecordedRun]>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runtimes-'));
  for (const { id, taskTypes } of MODEL_CATALOGUE) {
    const [taskType = 'image_classification'] = taskTypes;
    const scene = (number: number): ReturnType<typeof kiteScene> => kiteScene(5, number, { side: SIDE, turn: 3, sizes: [0.25, 0.35], most: 1 });
    const own = await mkdtemp(join(folder, 'model-'));
    const spec = await sceneTraining({ folder: own, taskType, model: id, side: SIDE, counts: { train: 12, val: 3 }, classNames: ['kite', 'other'], keypointNames: KITE_POINTS, hyperparameters: { epochs: 1, batch_size: 4 }, scene });
    const runtime = new RecordingRuntime(await loadRuntimeNamed('onnxruntime-node'));
    const engine = new OnnxEngine({ runtime });
    await engine.prepare(spec);
    await engine.trainEpoch(1, { onStep: () => undefined, shouldStop: () => false });
    const step = runtime.lastRun();
    await engine.evaluate();
    recorded.set(id, [step, runtime.lastRun()]);
    await engine.dispose();
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** How far each output is off, by the largest number of its kind. */
async function worstOff(runtime: StepRuntime, { model, feeds, outputs }: RecordedRun): Promise<number> {
  const session = await runtime.open(model, 1);
  const results = await session.run(feeds);
  let worst = 0;
  for (const [name, expected] of outputs) {
    const found = floatsOf(results, name);
    expect(results.tensor(name)?.shape.length, name).toBe(expected.shape.length);
    expect(found.length, name).toBe(expected.data.length);
    const scale = Math.max(1e-3, ...expected.data.map(Math.abs));
    worst = Math.max(worst, ...expected.data.map((value, at) => Math.abs(value - (found[at] ?? Number.NaN)) / scale));
  }
  results.dispose();
  await session.release();
  return worst;
}

const RUNTIMES: readonly [RuntimeName, number][] = [
  ['onnxruntime-web', 1e-5],
  // Sums are made in another order; gradients of a whole network show it.
  ['tfjs-wasm', 1e-4],
];

describe.each(RUNTIMES)('%s', (name, most) => {
  it.each(MODEL_CATALOGUE.map((one) => one.id))('computes what the native library does: a training step and the exported model of %s', async (id) => {
    const runtime = await loadRuntimeNamed(name);
    for (const run of recorded.get(id) ?? []) expect(await worstOff(runtime, run)).toBeLessThan(most);
    expect(recorded.get(id)?.[0].outputs.size).toBeGreaterThan(5);
  });
});

describe('tfjs-wasm', () => {
  it('holds as many tensors after a step as before it, and none when it is released', async () => {
    const [{ model, feeds }] = recorded.get('centers-small') ?? [];
    if (model === undefined || feeds === undefined) throw new Error('nothing was recorded');
    const before = memory().numTensors;
    const session = await (await loadRuntimeNamed('tfjs-wasm')).open(model, 1);
    const counts: number[] = [];
    for (let step = 0; step < 3; step += 1) {
      const results = await session.run(feeds);
      floatsOf(results, 'loss');
      results.dispose();
      counts.push(memory().numTensors);
    }
    expect(new Set(counts).size).toBe(1);
    await session.release();
    expect(memory().numTensors).toBe(before);
  });
});

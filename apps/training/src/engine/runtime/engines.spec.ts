import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EngineName, ModelAdapter } from '@app/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { barImage, barTraining, BAR_SIDE } from '../../testing/bar-images.js';
import { PIXEL_DEVIATION, PIXEL_MEAN } from '../data/augmentation.js';
import { Predictor } from '../inference/predictor.js';
import { Random } from '../network/random.js';
import { OnnxEngine } from '../onnx-engine.js';
import type { TrainingSpec } from '../training-engine.js';
import { loadRuntimeNamed } from './load-runtime.js';
import type { RuntimeName } from './step-runtime.js';

const ENGINES: readonly [EngineName, RuntimeName][] = [
  ['onnx', 'onnxruntime-node'],
  ['onnx', 'onnxruntime-web'],
  ['tfjs', 'tfjs-wasm'],
];
const ADAPTER: ModelAdapter = {
  output_format: 'classification/1',
  task_type: 'image_classification',
  multi_label: false,
  classes: [
    { id: 3, name: 'standing' },
    { id: 7, name: 'lying' },
  ],
  input_size: [BAR_SIDE, BAR_SIDE],
  preprocessing: { layout: 'NCHW', colour: 'RGB', fit: 'contain, black', scale: 1 / 255, mean: PIXEL_MEAN, deviation: PIXEL_DEVIATION },
};
const EPOCHS = 4;
const quiet = { onStep: () => undefined, shouldStop: () => false };
const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
let folder: string;
const specs = new Map<EngineName, TrainingSpec>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'engines-'));
  const spec = await barTraining(folder);
  for (const engine of ['onnx', 'tfjs'] as const) specs.set(engine, { ...spec, hyperparameters: { ...spec.hyperparameters, engine } });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function prepared(engine: EngineName, runtime: RuntimeName): Promise<OnnxEngine> {
  const made = new OnnxEngine({ runtime: await loadRuntimeNamed(runtime) });
  await made.prepare(specs.get(engine) ?? (await barTraining(folder)));
  return made;
}

describe.each(ENGINES)('the engine %s on %s', (engine, runtime) => {
  it('learns, goes on from a checkpoint bitwise, and exports what predicts', async () => {
    const straight = await prepared(engine, runtime);
    expect(straight.capabilities()).toMatchObject({ name: engine, runtime });
    let saved = Buffer.alloc(0);
    for (let epoch = 1; epoch <= EPOCHS; epoch += 1) {
      await straight.trainEpoch(epoch, quiet);
      if (epoch === EPOCHS - 1) {
        await straight.evaluate();
        saved = Buffer.from(straight.saveCheckpoint());
      }
    }
    const metrics = await straight.evaluate();
    expect(metrics.primary_value).toBeGreaterThan(0.9);
    const resumed = await prepared(engine, runtime);
    expect(await resumed.restore(saved)).toBe(EPOCHS - 1);
    await resumed.trainEpoch(EPOCHS, quiet);
    await resumed.evaluate();
    expect(hashOf(resumed.saveCheckpoint())).toBe(hashOf(straight.saveCheckpoint()));
    expect(hashOf(resumed.exportModel())).toBe(hashOf(straight.exportModel()));
    const predictor = await Predictor.open(straight.exportModel(), ADAPTER, 1);
    const standing = await predictor.predict(await barImage(new Random(77), true));
    expect(standing.objects.map((one) => one.class_id)).toEqual([3]);
    await predictor.close();
    for (const one of [straight, resumed]) await one.dispose();
  });
});

it('knows checkpoints of another engine apart', async () => {
  const [onnx, tfjs] = [await prepared('onnx', 'onnxruntime-node'), await prepared('tfjs', 'tfjs-wasm')];
  await onnx.trainEpoch(1, quiet);
  await expect(tfjs.restore(onnx.saveCheckpoint())).rejects.toThrow('another model');
  for (const one of [onnx, tfjs]) await one.dispose();
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { validationExampleSchema, epochMetricsSchema, type ModelAdapter } from '@app/contracts';
import { labelMapOf, layersOfLabelMap, spansText } from '@app/dice-format';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InProcessInference } from '../../../testing/in-process-inference.js';
import { sceneTraining } from '../../../testing/scene-training.js';
import { paintedScene } from '../../../testing/shape-scenes.js';
import { fitGeometry } from '../../data/fit.js';
import type { Measured } from '../../inference/inference-messages.js';
import { OnnxEngine } from '../../onnx-engine.js';
import { decodeSemantic } from './semantic-decoder.js';
import { balancedWeights } from './semantic-task.js';

const [SIDE, TRAIN, VAL] = [64, 96, 24];
const ADAPTER: ModelAdapter = {
  output_format: 'semantic/1',
  task_type: 'semantic_segmentation',
  multi_label: false,
  classes: [3, 5, 7].map((id) => ({ id, name: String(id) })),
  input_size: [SIDE, SIDE],
  preprocessing: { layout: 'NCHW', colour: 'RGB', fit: 'contain, black', scale: 1 / 255, mean: 0.5, deviation: 0.25 },
};
const quiet = { onStep: () => undefined, shouldStop: () => false };
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'engine-semantic-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('semantic segmentation', () => {
  it('learns figures of three colours in a few seconds, and says so in the contract', async () => {
    const hyperparameters = { epochs: 6, batch_size: 8, learning_rate: 0.005 };
    const spec = await sceneTraining({ folder, taskType: 'semantic_segmentation', model: 'unet-small', side: SIDE, counts: { train: TRAIN, val: VAL }, hyperparameters, scene: (number) => paintedScene(3, number, SIDE) });
    const engine = new OnnxEngine();
    await engine.prepare(spec);
    for (let epoch = 1; epoch <= hyperparameters.epochs; epoch += 1) await engine.trainEpoch(epoch, quiet);
    const metrics = await engine.evaluate();
    expect(epochMetricsSchema.parse(metrics)).toMatchObject({ primary_metric: 'miou', per_class: [{ class_id: 3 }, { class_id: 5 }, { class_id: 7 }] });
    expect(metrics.primary_value).toBeGreaterThan(0.7);
    for (const one of metrics.per_class ?? []) expect(one.iou).toBeGreaterThan(0.5);
    expect(metrics.loss_parts?.['pixels']).toBeGreaterThan(0);
    const examples = engine.validationExamples().map((one) => validationExampleSchema.parse(one));
    expect(examples).toHaveLength(24);
    for (const { truth, predicted } of examples) {
      expect(truth.length).toBeGreaterThan(0);
      for (const one of [...truth, ...predicted]) expect(labelMapOf([{ class_id: 0, counts: one.counts ?? '' }], { width: 64, height: 64 })).toHaveLength(64 * 64);
    }
    expect(await measuredAgain(engine.exportModel())).toMatchObject({ primary_metric: 'miou', primaryValue: metrics.primary_value, per_class: metrics.per_class });
    await engine.dispose();
  });
});

/** What the worker says of the exported model on the images that it was validated with, as photos with masks. */
async function measuredAgain(model: Uint8Array): Promise<Measured> {
  const run = new InProcessInference();
  const [modelPath, path] = [join(folder, 'model.onnx'), join(folder, 'image.png')];
  await writeFile(modelPath, model);
  await run.open({ modelPath, adapter: ADAPTER, threads: 1, measures: true });
  for (let number = TRAIN; number < TRAIN + VAL; number += 1) {
    const { pixels, labelMap } = paintedScene(3, number, SIDE);
    await sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } }).png().toFile(path);
    const truth = layersOfLabelMap(labelMap.map((value) => (value === 0 ? 0 : 2 + 2 * value)), { width: SIDE, height: SIDE });
    expect(await run.look({ imageId: number, path, minScore: 0, truth })).toMatchObject({ kind: 'seen' });
  }
  const measured = await run.measure();
  // A mask of another size than the image is no truth.
  expect(await run.look({ imageId: 1, path, minScore: 0, truth: [{ class_id: 3, counts: spansText([0, 5], 9) }] })).toMatchObject({ kind: 'refused' });
  await run.stop();
  return measured;
}

describe('the decoder of semantic masks', () => {
  it('gives each class its likeliest pixels in the size of the original, the surest first', () => {
    // A 4 x 2 photo in a square of 4: one row of black above and below.
    const likely = ['....', '.aab', '.abb', '....'].join('');
    const data = new Float32Array(3 * 16);
    [...likely].forEach((mark, at) => {
      const channel = '.ab'.indexOf(mark);
      for (let one = 0; one < 3; one += 1) data[one * 16 + at] = one === channel ? (mark === 'b' ? 0.9 : 0.6) : 0.05;
    });
    const decoded = decodeSemantic({ probabilities: { data, shape: [3, 4, 4] } }, fitGeometry(8, 4, 4), { classIds: [7, 2], multiLabel: false });
    expect(decoded.map(({ class_id, score }) => [class_id, Number(score.toFixed(3))])).toEqual([
      [2, 0.9],
      [7, 0.6],
    ]);
    const map = labelMapOf(decoded.map((one) => ({ class_id: one.class_id, counts: one.counts ?? '' })), { width: 8, height: 4 });
    expect(Array.from({ length: 4 }, (_, y) => [...map.subarray(8 * y, 8 * y + 8)].join(''))).toEqual(['00888833', '00888833', '00883333', '00883333']);
  });

  it('counts rare classes by the root of how rare they are', () => {
    const weights = balancedWeights([900, 100, 0]);
    expect((weights[1] ?? 0) / (weights[0] ?? 1)).toBeCloseTo(3, 9);
    expect(((weights[0] ?? 0) * 900 + (weights[1] ?? 0) * 100) / 1000).toBeCloseTo(1, 9);
    expect(weights[2]).toBe(1);
    expect(balancedWeights([0, 0])).toEqual([1, 1]);
  });
});

import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { validationExampleSchema, type EpochMetrics } from '@app/contracts';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blockDataset } from '../../../testing/block-images.js';
import { OnnxEngine } from '../../onnx-engine.js';
import type { TrainingSpec } from '../../training-engine.js';

const EPOCHS = 8;
const quiet = { onStep: () => undefined, shouldStop: () => false };
const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
let folder: string;
let spec: TrainingSpec;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'detection-'));
  const files = { cacheFile: join(folder, 'images.cache'), samplesFile: join(folder, 'samples.ndjson') };
  const { side } = await blockDataset(120, files);
  spec = {
    taskType: 'object_detection',
    multiLabel: false,
    classes: [
      { id: 4, name: 'red' },
      { id: 8, name: 'blue' },
    ],
    model: 'centers-small',
    hyperparameters: { epochs: EPOCHS, augment: 'light', learning_rate: 0.005 },
    imageSide: side,
    ...files,
    initFile: null,
    snapshotSha256: 'ef'.repeat(32),
  };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function epochOf(engine: OnnxEngine, epoch: number): Promise<EpochMetrics> {
  await engine.trainEpoch(epoch, quiet);
  return engine.evaluate();
}

function expectLearned(metrics: EpochMetrics): void {
  expect(metrics.scores['map50']).toBeGreaterThan(0.85);
  expect(metrics.primary_metric).toBe('map50_95');
  expect(metrics.primary_value).toBeGreaterThan(0.4);
  expect(Object.keys(metrics.loss_parts ?? {})).toEqual(['heat', 'box']);
  expect(metrics.per_class?.map((one) => one.class_id)).toEqual([4, 8]);
  expect(metrics.non_finite).toBeUndefined();
}

describe('a detector', () => {
  it('learns boxes, says how well, and goes on from a checkpoint bitwise', async () => {
    const straight = new OnnxEngine();
    await straight.prepare(spec);
    for (let epoch = 1; epoch < EPOCHS; epoch += 1) await epochOf(straight, epoch);
    const saved = straight.saveCheckpoint();
    expectLearned(await epochOf(straight, EPOCHS));
    const resumed = new OnnxEngine();
    await resumed.prepare(spec);
    expect(await resumed.restore(saved)).toBe(EPOCHS - 1);
    await epochOf(resumed, EPOCHS);
    expect(hashOf(resumed.saveCheckpoint())).toBe(hashOf(straight.saveCheckpoint()));
    const examples = straight.validationExamples();
    expect(examples).toHaveLength(24);
    expect(examples.every((one) => validationExampleSchema.safeParse(one).success)).toBe(true);
    expect(examples[0]?.quality ?? 1).toBeLessThanOrEqual(examples.at(-1)?.quality ?? 0);
    const session = await InferenceSession.create(straight.exportModel());
    const side = spec.imageSide;
    const results = await session.run({ images: new Tensor('float32', new Float32Array(2 * 3 * side * side), [2, 3, side, side]) });
    expect(results['heat']?.dims).toEqual([2, 2, side / 8, side / 8]);
    expect(results['boxes']?.dims).toEqual([2, 4, side / 8, side / 8]);
    await session.release();
    for (const engine of [straight, resumed]) await engine.dispose();
  });

  it('refuses an object without a box, and a side that its grid does not fit', async () => {
    await expect(new OnnxEngine().prepare({ ...spec, hyperparameters: { image_size: 100 } })).rejects.toThrow('image_size');
    await expect(new OnnxEngine().prepare({ ...spec, taskType: 'image_classification', model: 'cnn-small', hyperparameters: {} })).rejects.toThrow('classes where one is asked for');
  });
});

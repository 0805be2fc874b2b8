import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EpochMetrics } from '@app/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sceneTraining, type SceneTraining } from '../../testing/scene-training.js';
import { kiteScene, KITE_POINTS, paintedScene } from '../../testing/shape-scenes.js';
import { OnnxEngine } from '../onnx-engine.js';

const EPOCHS = 20;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'engine-masks-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Metrics after the last epoch; CPU seconds of all of them. */
async function trained(training: Omit<SceneTraining, 'folder' | 'side' | 'counts' | 'hyperparameters'>): Promise<EpochMetrics> {
  const spec = await sceneTraining({ ...training, folder, side: 128, counts: { train: 400, val: 100 }, hyperparameters: { epochs: EPOCHS } });
  const engine = new OnnxEngine();
  const before = process.cpuUsage();
  await engine.prepare(spec);
  for (let epoch = 1; epoch <= EPOCHS; epoch += 1) await engine.trainEpoch(epoch, { onStep: () => undefined, shouldStop: () => false });
  const metrics = await engine.evaluate();
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(`${training.model}: ${JSON.stringify(metrics.scores)}, ${((user + system) / 1e6).toFixed(0)} CPU s\n`);
  await engine.dispose();
  return metrics;
}

describe('400 generated images of 128 pixels, 20 passes', () => {
  it('are enough for points of kites that are turned by up to a radian', async () => {
    const { scores } = await trained({ taskType: 'pose_estimation', model: 'keypoints-small', classNames: ['kite'], keypointNames: KITE_POINTS, scene: (number) => kiteScene(5, number, { side: 128, turn: 1, sizes: [0.15, 0.25], most: 2 }) });
    expect(scores['oks_map50_95']).toBeGreaterThan(0.7);
  });

  it('are enough for masks of painted forms', async () => {
    const { scores } = await trained({ taskType: 'instance_segmentation', model: 'instance-small', scene: (number) => paintedScene(5, number, 128) });
    expect(scores['mask_map50']).toBeGreaterThan(0.75);
    expect(scores['mask_map50_95']).toBeGreaterThan(0.5);
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sceneTraining } from '../../../testing/scene-training.js';
import { shapeScene } from '../../../testing/shape-scenes.js';
import { OnnxEngine } from '../../onnx-engine.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'engine-semantic-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('semantic segmentation', () => {
  it('tells forms of random colours apart by their form alone: mIoU 0.8 with default settings', async () => {
    const spec = await sceneTraining({
      folder,
      taskType: 'semantic_segmentation',
      model: 'unet-small',
      side: 128,
      counts: { train: 1000, val: 200 },
      hyperparameters: JSON.parse(process.env['SEMANTIC_SETTINGS'] ?? '{}') as Record<string, unknown>,
      scene: (number) => shapeScene(1, number),
    });
    const engine = new OnnxEngine();
    await engine.prepare(spec);
    let [best, cpuSeconds] = [0, 0];
    for (let epoch = 1; epoch <= 60; epoch += 1) {
      await engine.trainEpoch(epoch, { onStep: () => undefined, shouldStop: () => false });
      const metrics = await engine.evaluate();
      cpuSeconds += metrics.cpu_seconds;
      best = Math.max(best, metrics.primary_value ?? 0);
      const figures = [metrics.train_loss, metrics.val_loss, metrics.primary_value, metrics.scores['miou_foreground'], cpuSeconds].map((value) => (value ?? Number.NaN).toFixed(3)).join(' ');
      process.stdout.write(`semantic ${epoch}: losses, mIoU, without ground, CPU s: ${figures} (${(metrics.per_class ?? []).map((one) => (one.iou ?? Number.NaN).toFixed(3)).join(' ')})\n`);
    }
    await engine.dispose();
    expect(best).toBeGreaterThanOrEqual(0.8);
  });
});

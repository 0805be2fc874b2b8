import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { EpochMetrics } from '@app/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { convertedDataset } from '../../../testing/converted-dataset.js';
import { shapeScene } from '../../../testing/shape-scenes.js';
import { OnnxEngine } from '../../onnx-engine.js';
import type { TrainingSpec } from '../../training-engine.js';
import { modelFor } from '../model-registry.js';
import { sceneDataset } from '../../../testing/scene-dataset.js';

const RACCOONS = resolve(import.meta.dirname, '../../../../../../../shared/data/raccoon-voc');
const quiet = { onStep: () => undefined, shouldStop: () => false };
let target: string;

beforeEach(async () => {
  target = await mkdtemp(join(tmpdir(), 'detection-'));
});
afterEach(() => rm(target, { recursive: true, force: true }));

/** Default settings but for what the spec says; answers the best epoch as the engine counts it. */
async function train(name: string, spec: TrainingSpec): Promise<{ readonly best: EpochMetrics; readonly cpuSeconds: number }> {
  const { settings } = modelFor(spec.taskType, spec.model).open(spec.hyperparameters);
  const engine = new OnnxEngine();
  await engine.prepare(spec);
  let best: EpochMetrics | null = null;
  let cpuSeconds = 0;
  for (let epoch = 1; epoch <= settings.epochs && !engine.isPatienceOver(); epoch += 1) {
    await engine.trainEpoch(epoch, quiet);
    const metrics = await engine.evaluate();
    cpuSeconds += metrics.cpu_seconds;
    if (best === null || engine.bestEpoch() === epoch) best = metrics;
    if (epoch % 10 === 0) process.stdout.write(`${name}, epoch ${epoch}: mAP50 ${metrics.scores['map50']?.toFixed(3)}, mAP ${metrics.primary_value?.toFixed(3)}, ${cpuSeconds.toFixed(0)} CPU s\n`);
  }
  await engine.dispose();
  if (best === null) throw new Error('no epoch');
  process.stdout.write(`${name}, ${spec.imageSide} px: best epoch ${best.epoch}: mAP50 ${best.scores['map50']?.toFixed(3)}, mAP50-95 ${best.primary_value?.toFixed(3)}, F1 ${best.scores['f1']?.toFixed(3)}, ${cpuSeconds.toFixed(0)} CPU s in all\n`);
  return { best, cpuSeconds };
}

describe('a detector', () => {
  it.runIf(existsSync(RACCOONS))('finds raccoons in photos after ten CPU minutes: mAP50 of 75 at least', async () => {
    const spec = await convertedDataset({ folder: RACCOONS, form: 'voc', taskType: 'object_detection', isVal: (place) => place % 5 === 4 }, { target, model: 'centers-small', hyperparameters: {} });
    const { best, cpuSeconds } = await train('raccoons', spec);
    expect(best.scores['map50']).toBeGreaterThanOrEqual(0.75);
    expect(cpuSeconds).toBeLessThan(600);
  });

  it('finds turned forms before clutter and tells them apart', async () => {
    const spec = await sceneDataset({ target, train: 600, val: 150, scene: (number) => shapeScene(21, number) });
    const { best } = await train('forms', { ...spec, hyperparameters: { epochs: 40 } });
    expect(best.scores['map50']).toBeGreaterThanOrEqual(0.7);
  });
});

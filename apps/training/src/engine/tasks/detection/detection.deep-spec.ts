import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { EpochMetrics } from '@app/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { blockDataset } from '../../../testing/block-images.js';
import { convertedDataset } from '../../../testing/converted-dataset.js';
import { OnnxEngine } from '../../onnx-engine.js';
import type { TrainingSpec } from '../../training-engine.js';
import { modelFor } from '../model-registry.js';

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

  it('finds blocks of two colours in noise, with the default settings', async () => {
    const files = { cacheFile: join(target, 'images.cache'), samplesFile: join(target, 'samples.ndjson') };
    const { side } = await blockDataset(500, files);
    const classes = ['red', 'blue'].map((name, id) => ({ id, name }));
    const spec: TrainingSpec = { taskType: 'object_detection', multiLabel: false, classes, model: 'centers-small', hyperparameters: { epochs: 15 }, imageSide: side, ...files, initFile: null, snapshotSha256: 'ab'.repeat(32) };
    const { best } = await train('blocks', spec);
    expect(best.scores['map50']).toBeGreaterThanOrEqual(0.95);
    expect(best.primary_value).toBeGreaterThanOrEqual(0.6);
  });
});

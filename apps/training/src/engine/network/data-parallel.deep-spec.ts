import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { EngineName } from '@app/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { blockDataset } from '../../testing/block-images.js';
import type { OnnxEngine } from '../onnx-engine.js';
import type { TrainingSpec } from '../training-engine.js';

/** Threads run the built program. */
const BUILT = resolve(import.meta.dirname, '../../../../../dist/training/apps/training/src/engine/onnx-engine.js');
const quiet = { onStep: () => undefined, shouldStop: () => false };
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'data-parallel-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function specOf(shards: number, engine: EngineName = 'onnx'): Promise<TrainingSpec> {
  const files = { cacheFile: join(folder, `images-${shards}.cache`), samplesFile: join(folder, `samples-${shards}.ndjson`) };
  const { side } = await blockDataset(200, files);
  const classes = [
    { id: 0, name: 'red' },
    { id: 1, name: 'blue' },
  ];
  const hyperparameters = { epochs: 3, batch_size: 32, shards, engine };
  return { taskType: 'object_detection', multiLabel: false, classes, model: 'centers-small', hyperparameters, imageSide: side, ...files, initFile: null, snapshotSha256: 'aa'.repeat(32) };
}

async function train(spec: TrainingSpec, cores: number): Promise<{ readonly state: string; readonly imagesPerSecond: number }> {
  const built = (await import(pathToFileURL(BUILT).href)) as { OnnxEngine: new (options: { readonly cores: number }) => OnnxEngine };
  const engine = new built.OnnxEngine({ cores });
  await engine.prepare(spec);
  let imagesPerSecond = 0;
  for (let epoch = 1; epoch <= 3; epoch += 1) {
    await engine.trainEpoch(epoch, quiet);
    imagesPerSecond = Math.max(imagesPerSecond, (await engine.evaluate()).images_per_second);
  }
  const state = createHash('sha256').update(engine.saveCheckpoint()).digest('hex');
  await engine.dispose();
  return { state, imagesPerSecond };
}

describe.runIf(existsSync(BUILT))('a batch in parts', () => {
  it.each([2, 3, 4])('%i parts give the same weights, bit for bit, on whatever number of cores', async (shards) => {
    const spec = await specOf(shards);
    const alone = await train(spec, 1);
    for (const cores of [2, 4]) {
      const together = await train(spec, cores);
      expect(together.state).toBe(alone.state);
      process.stdout.write(`${shards} parts: ${alone.imagesPerSecond.toFixed(0)} images/s on one core, ${together.imagesPerSecond.toFixed(0)} with ${cores} threads on ${availableParallelism()} cores, ${(together.imagesPerSecond / alone.imagesPerSecond).toFixed(2)}x\n`);
    }
  });

  it('gives the same weights in the engine tfjs, too, whose every thread has a runtime of its own', async () => {
    const spec = await specOf(2, 'tfjs');
    expect((await train(spec, 2)).state).toBe((await train(spec, 1)).state);
  });

  it('another number of parts gives other weights', async () => {
    expect((await train(await specOf(1), 2)).state).not.toBe((await train(await specOf(2), 2)).state);
  });
});

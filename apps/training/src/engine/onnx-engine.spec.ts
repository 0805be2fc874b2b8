import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { validationExampleSchema } from '@app/contracts';
import { InferenceSession } from 'onnxruntime-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { barImage, barTraining, BAR_SIDE } from '../testing/bar-images.js';
import { SampleCacheWriter } from './data/sample-cache.js';
import { Random } from './network/random.js';
import { OnnxEngine } from './onnx-engine.js';
import type { TrainingSpec } from './training-engine.js';

const quiet = { onStep: () => undefined, shouldStop: () => false };
let folder: string;

const makeSpec = async (overrides: Partial<TrainingSpec> = {}, hyperparameters: Record<string, unknown> = {}): Promise<TrainingSpec> => ({ ...(await barTraining(folder, hyperparameters)), ...overrides });

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vision-engine-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('OnnxEngine', () => {
  it('learns, measures what it exports, and tells it as the contract has it', async () => {
    const engine = new OnnxEngine();
    await engine.prepare(await makeSpec());
    const before = await engine.evaluate();
    for (let epoch = 1; epoch <= 4; epoch += 1) await engine.trainEpoch(epoch, quiet);
    const metrics = await engine.evaluate();
    expect(metrics.primary_value).toBeGreaterThan(0.9);
    expect(metrics.val_loss ?? 9).toBeLessThan((before.val_loss ?? 0) / 2);
    expect(metrics.confusion_matrix?.flat().reduce((sum, count) => sum + count, 0)).toBe(24);
    expect(metrics.per_class?.map((one) => [one.class_id, one.support])).toEqual([
      [3, 12],
      [7, 12],
    ]);
    const session = await InferenceSession.create(engine.exportModel());
    expect(session.inputNames).toEqual(['images']);
    expect(session.outputNames).toEqual(['probabilities']);
    await session.release();
    await engine.dispose();
  });

  it('goes on from a checkpoint to weights that are bitwise those of an uninterrupted run', async () => {
    const spec = await makeSpec({}, { augment: 'standard' });
    const straight = new OnnxEngine();
    await straight.prepare(spec);
    let saved: Buffer = Buffer.alloc(0);
    for (let epoch = 1; epoch <= 4; epoch += 1) {
      await straight.trainEpoch(epoch, quiet);
      await straight.evaluate();
      if (epoch === 2) saved = straight.saveCheckpoint();
    }
    const resumed = new OnnxEngine();
    await resumed.prepare(spec);
    expect(await resumed.restore(saved)).toBe(2);
    for (let epoch = 3; epoch <= 4; epoch += 1) {
      await resumed.trainEpoch(epoch, quiet);
      await resumed.evaluate();
    }
    expect(hashOf(resumed.saveCheckpoint())).toBe(hashOf(straight.saveCheckpoint()));
    expect(hashOf(resumed.exportModel())).toBe(hashOf(straight.exportModel()));
    // The twin: another seed gives other weights, so that equal hashes mean something.
    const other = new OnnxEngine();
    await other.prepare({ ...spec, hyperparameters: { ...spec.hyperparameters, seed: 2 } });
    await other.trainEpoch(1, quiet);
    expect(hashOf(other.exportModel())).not.toBe(hashOf(straight.exportModel()));
    for (const engine of [straight, resumed, other]) await engine.dispose();
  });

  it('learns several labels of one image', async () => {
    const spec = await makeSpec({ multiLabel: true });
    const engine = new OnnxEngine();
    await engine.prepare(spec);
    for (let epoch = 1; epoch <= 4; epoch += 1) await engine.trainEpoch(epoch, quiet);
    const metrics = await engine.evaluate();
    expect(metrics.primary_metric).toBe('f1');
    expect(metrics.primary_value).toBeGreaterThan(0.9);
    expect(metrics.confusion_matrix).toBeUndefined();
    await engine.dispose();
  });

  it('refuses a checkpoint that is damaged, of another configuration, or poisoned', async () => {
    const spec = await makeSpec();
    const engine = new OnnxEngine();
    await engine.prepare(spec);
    await engine.trainEpoch(1, quiet);
    const good = engine.saveCheckpoint();
    const fresh = async (hyperparameters: Record<string, unknown> = {}): Promise<OnnxEngine> => {
      const made = new OnnxEngine();
      await made.prepare({ ...spec, hyperparameters: { ...spec.hyperparameters, ...hyperparameters } });
      return made;
    };
    const rehashed = (bytes: Buffer): Buffer => Buffer.concat([bytes.subarray(0, -32), createHash('sha256').update(bytes.subarray(0, -32)).digest()]);
    const flipped = Buffer.from(good);
    flipped[good.length - 100] = (flipped[good.length - 100] ?? 0) ^ 1;
    const poisoned = Buffer.from(good);
    poisoned.writeFloatLE(Number.NaN, 12 + good.readUInt32LE(8));
    const longHeader = Buffer.from(good);
    longHeader.writeUInt32LE(0x7fffffff, 8);
    const cases: [Buffer, string][] = [
      [Buffer.from('PK\u0003\u0004not a checkpoint, but long enough to look at ........'), 'not a checkpoint'],
      [flipped, 'damaged'],
      [good.subarray(0, good.length / 2), 'damaged'],
      [rehashed(poisoned), 'not a finite number'],
      [rehashed(longHeader), 'header is too long'],
      [rehashed(Buffer.concat([good.subarray(0, -32), Buffer.alloc(8), Buffer.alloc(32)])), 'more than its header names'],
    ];
    for (const [bytes, why] of cases) {
      const target = await fresh();
      await expect(target.restore(bytes)).rejects.toThrow(why);
      await target.dispose();
    }
    const other = await fresh({ learning_rate: 0.5 });
    await expect(other.restore(good)).rejects.toThrow('another model');
    const twin = await fresh();
    expect(await twin.restore(good)).toBe(1);
    for (const one of [engine, other, twin]) await one.dispose();
  });

  it('begins with the weights of another model where they fit, and knows its checkpoints by that', async () => {
    const spec = await makeSpec();
    const first = new OnnxEngine();
    await first.prepare(spec);
    for (let epoch = 1; epoch <= 4; epoch += 1) await first.trainEpoch(epoch, quiet);
    const initFile = join(folder, 'first.ckpt');
    await writeFile(initFile, first.saveCheckpoint());
    const trainedValue = (await first.evaluate()).primary_value ?? 0;
    const scratch = new OnnxEngine();
    await scratch.prepare(spec);
    expect((await scratch.evaluate()).primary_value).toBeLessThan(trainedValue);
    const warm = new OnnxEngine();
    await warm.prepare({ ...spec, initFile });
    // The same task: it is as good as the other model before its first step.
    expect((await warm.evaluate()).primary_value).toBe(trainedValue);
    // A third class: the head has another shape and begins afresh, everything else is taken.
    const wider = new OnnxEngine();
    await wider.prepare({ ...spec, initFile, classes: [...spec.classes, { id: 9, name: 'none' }] });
    await wider.trainEpoch(1, quiet);
    expect((await wider.evaluate()).primary_value).toBeGreaterThan(0.9);
    await warm.trainEpoch(1, quiet);
    await expect(scratch.restore(warm.saveCheckpoint())).rejects.toThrow('another model');
    const again = new OnnxEngine();
    await again.prepare({ ...spec, initFile });
    expect(await again.restore(warm.saveCheckpoint())).toBe(1);
    for (const engine of [first, scratch, warm, wider, again]) await engine.dispose();
  });

  it('shows validation images with truth and prediction, the worst first', async () => {
    const engine = new OnnxEngine();
    await engine.prepare(await makeSpec());
    await engine.trainEpoch(1, quiet);
    await engine.evaluate();
    const examples = engine.validationExamples();
    expect(examples.map((one) => one.image_id).sort((a, b) => a - b)).toEqual(Array.from({ length: 24 }, (_, at) => at + 97));
    expect(examples.map((one) => one.quality)).toEqual(examples.map((one) => one.quality).sort((a, b) => a - b));
    for (const one of examples) {
      expect(validationExampleSchema.safeParse(one).success).toBe(true);
      expect(one.truth).toEqual([{ class_id: (one.image_id - 1) % 2 === 0 ? 3 : 7 }]);
      expect(one.predicted).toHaveLength(1);
      expect(one.predicted[0]?.class_id === one.truth[0]?.class_id).toBe(one.quality > 0.5);
    }
    await engine.dispose();
  });

  it('learns from batches in parts, which are part of its configuration', async () => {
    const spec = await makeSpec({}, { shards: 2 });
    const engine = new OnnxEngine();
    await engine.prepare(spec);
    for (let epoch = 1; epoch <= 4; epoch += 1) await engine.trainEpoch(epoch, quiet);
    expect((await engine.evaluate()).primary_value).toBeGreaterThan(0.9);
    const whole = new OnnxEngine();
    await whole.prepare({ ...spec, hyperparameters: { ...spec.hyperparameters, shards: 1 } });
    await whole.trainEpoch(1, quiet);
    await expect(engine.restore(whole.saveCheckpoint())).rejects.toThrow('another model');
    for (const one of [engine, whole]) await one.dispose();
  });

  it('stops between two steps', async () => {
    const engine = new OnnxEngine();
    await engine.prepare(await makeSpec());
    let steps = 0;
    await expect(engine.trainEpoch(1, { onStep: () => void (steps += 1), shouldStop: () => steps >= 2 })).rejects.toThrow();
    expect(steps).toBe(2);
    await engine.dispose();
  });

  it('stays out of what it cannot decode', async () => {
    const writer = await SampleCacheWriter.create(join(folder, 'bad.bin'), BAR_SIDE);
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>');
    expect(await writer.append(svg)).toMatchObject({ ok: false });
    expect(await writer.append(Buffer.from('no image'))).toMatchObject({ ok: false });
    expect(await writer.append(await barImage(new Random(1), true))).toEqual({ ok: true, index: 0, width: BAR_SIDE, height: BAR_SIDE });
    await writer.close();
  });
});

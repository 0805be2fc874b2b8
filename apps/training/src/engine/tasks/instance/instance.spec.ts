import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { maskSpans } from '@app/dice-format';
import { epochMetricsSchema, validationExampleSchema } from '@app/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sceneTraining } from '../../../testing/scene-training.js';
import { paintedScene } from '../../../testing/shape-scenes.js';
import { fitGeometry } from '../../data/fit.js';
import { Placement } from '../../data/placement.js';
import { polygonSpans, spansArea, spansIou } from '../../geometry/mask-spans.js';
import { OnnxEngine } from '../../onnx-engine.js';
import type { LabeledObject, Sample } from '../../samples/sample.js';
import { seenObjects } from '../detection/center-targets.js';
import type { RawOutput } from '../output-decoder.js';
import { decodeInstances } from './instance-decoder.js';
import { InstanceMetrics } from './instance-metrics.js';
import { MOST_MASKS, objectSpans, writeInstanceTargets } from './instance-targets.js';

const SIDE = 64;
const [GRID, PLANE] = [8, 16];
const rectangle = (left: number, top: number, right: number, bottom: number): number[] => [left, top, right, top, right, bottom, left, bottom];
const object = (ring: number[], bbox: [number, number, number, number]): LabeledObject => ({ classIndex: 0, bbox, isCrowd: false, polygons: [ring] });
// The image is half as large in the square, 16 black rows above it.
const sample: Sample = { side: 'val', cacheIndex: 0, imageId: 1, width: 128, height: 64, classIndices: [], objects: [object(rectangle(16, 16, 80, 48), [16, 16, 64, 32])], maskIndex: null };
const fit = fitGeometry(128, 64, SIDE);

function targets(): Record<'chosen' | 'masks' | 'maskWeights', Float32Array> {
  const into = { chosen: new Float32Array(MOST_MASKS * GRID * GRID), masks: new Float32Array(MOST_MASKS * PLANE * PLANE), maskWeights: new Float32Array(MOST_MASKS * PLANE * PLANE) };
  const placement = new Placement(fit, null);
  writeInstanceTargets(sample, placement, { learned: seenObjects(sample, placement).learned, into });
  return into;
}

/** What a network says that has one prototype for the one object: its mask, and the factor 1 at its middle. */
function perfect(plane: (x: number, y: number) => number): Record<string, RawOutput> {
  const cell = 4 * GRID + 3;
  const heat = new Float32Array(GRID * GRID);
  const mixtures = new Float32Array(GRID * GRID);
  const boxes = new Float32Array(4 * GRID * GRID);
  [heat[cell], mixtures[cell]] = [0.9, 1];
  [8, 24, 40, 40].forEach((value, at) => (boxes[at * GRID * GRID + cell] = value));
  const prototypes = Float32Array.from({ length: PLANE * PLANE }, (_, at) => plane(at % PLANE, Math.floor(at / PLANE)));
  return { heat: { data: heat, shape: [1, GRID, GRID] }, boxes: { data: boxes, shape: [4, GRID, GRID] }, mixtures: { data: mixtures, shape: [1, GRID, GRID] }, prototypes: { data: prototypes, shape: [1, PLANE, PLANE] } };
}

const covered = (x: number, y: number): number => (x >= 2 && x < 10 && y >= 6 && y < 10 ? 1 : -1);

describe('instance segmentation', () => {
  it('teaches the mask of an object at its middle, in and around its box', () => {
    const { chosen, masks, maskWeights } = targets();
    expect([...chosen.keys()].filter((at) => chosen[at] === 1)).toEqual([4 * GRID + 3]);
    expect([...masks.subarray(0, PLANE * PLANE)]).toEqual(Array.from({ length: PLANE * PLANE }, (_, at) => Number(covered(at % PLANE, Math.floor(at / PLANE)) > 0)));
    expect(maskWeights.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    expect(maskWeights[6 * PLANE + 1]).toBeGreaterThan(0);
    expect(maskWeights[6 * PLANE + 13]).toBe(0);
  });

  it('takes rings of a run-length mask with their holes', () => {
    const rings = [rectangle(16, 16, 80, 48), rectangle(32, 24, 48, 40)];
    const area = (isEvenOdd: boolean): number => spansArea(objectSpans({ classIndex: 0, bbox: null, isCrowd: false, polygons: rings, isEvenOdd }, new Placement(fit, null)));
    expect([area(false), area(true)]).toEqual([512, 448]);
  });

  it('gives the mask back in pixels of the original, as polygons that stay inside', () => {
    const [found] = decodeInstances(perfect(covered), fit, { classIds: [7], multiLabel: false });
    expect(found).toMatchObject({ class_id: 7 });
    expect(found?.counts).toBeUndefined();
    const size = { width: 128, height: 64 };
    expect(spansIou(polygonSpans(found?.segmentation ?? [], size), polygonSpans([rectangle(16, 16, 80, 48)], size))).toBeGreaterThan(0.93);
    [16, 16, 64, 32].forEach((wanted, at) => expect(Math.abs((found?.bbox?.[at] ?? Number.NaN) - wanted)).toBeLessThanOrEqual(4));
    const [cut] = decodeInstances(perfect(() => 1), fit, { classIds: [7], multiLabel: false });
    for (const ring of cut?.segmentation ?? []) expect(Math.min(...ring)).toBeGreaterThanOrEqual(0);
    // A mask is cut out at its box, a tenth and a cell around it.
    expect(cut?.bbox?.[2]).toBeLessThanOrEqual(64 * 1.2 + 16);
  });

  it('says a mask with a hole as run lengths, and an empty one not at all', () => {
    const [found] = decodeInstances(perfect((x, y) => (x >= 5 && x < 8 && y >= 7 && y < 9 ? -1 : covered(x, y))), fit, { classIds: [7], multiLabel: false });
    const spans = maskSpans(found?.counts ?? '', 128 * 64) ?? [];
    expect(found?.segmentation).toBeUndefined();
    expect(spansArea(spans)).toBeGreaterThan(1500);
    expect(spansArea(spans)).toBeLessThan(64 * 32 - 200);
    expect(decodeInstances(perfect(() => -1), fit, { classIds: [7], multiLabel: false })).toEqual([]);
  });

  it('measures masks, not boxes', () => {
    const facts = { classes: [{ id: 7, name: 'a' }], imageSide: SIDE };
    const right = new InstanceMetrics(facts);
    expect(right.add(sample, perfect(covered)).quality).toBeGreaterThan(0.93);
    expect(right.result().scores).toMatchObject({ mask_map50: 1, box_map50: 1 });
    const half = new InstanceMetrics(facts);
    // The left third of the object: the box is right, the mask is not.
    expect(half.add(sample, perfect((x, y) => (x < 5 ? covered(x, y) : -1))).quality).toBe(0);
    expect(half.result().scores).toMatchObject({ mask_map50: 0, box_map50: 1 });
  });
});

describe('the instance model', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'engine-instance-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('learns masks of painted forms in seconds', async () => {
    const hyperparameters = { epochs: 8, batch_size: 8, learning_rate: 0.005, augment: 'light' };
    const spec = await sceneTraining({ folder, taskType: 'instance_segmentation', model: 'instance-small', side: 64, counts: { train: 160, val: 32 }, hyperparameters, scene: (number) => paintedScene(5, number, 64) });
    const engine = new OnnxEngine();
    await engine.prepare(spec);
    for (let epoch = 1; epoch <= hyperparameters.epochs; epoch += 1) await engine.trainEpoch(epoch, { onStep: () => undefined, shouldStop: () => false });
    const metrics = epochMetricsSchema.parse(await engine.evaluate());
    expect(metrics.primary_metric).toBe('mask_map50_95');
    expect(metrics.scores['mask_map50']).toBeGreaterThan(0.5);
    expect(metrics.loss_parts?.['mask']).toBeLessThan(0.5);
    for (const one of engine.validationExamples()) validationExampleSchema.parse(one);
    await engine.dispose();
  });
});

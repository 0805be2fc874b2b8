import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { epochMetricsSchema, validationExampleSchema } from '@app/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sceneTraining } from '../../../testing/scene-training.js';
import { kiteScene, KITE_POINTS } from '../../../testing/shape-scenes.js';
import { fitGeometry } from '../../data/fit.js';
import { Placement } from '../../data/placement.js';
import type { Warp } from '../../data/warp.js';
import { OnnxEngine } from '../../onnx-engine.js';
import type { Sample } from '../../samples/sample.js';
import { seenObjects } from '../detection/center-targets.js';
import type { RawOutput } from '../output-decoder.js';
import { KeypointMetrics } from './keypoint-metrics.js';
import { seenPoints, writeKeypointTargets } from './keypoint-targets.js';
import { decodeKeypoints } from './keypoints-decoder.js';
import { canMirror, skeletonsOf } from './skeletons.js';

const [SIDE, GRID] = [64, 8];
const CELL = 4 * GRID + 3;
const fit = fitGeometry(128, 64, SIDE);
const skeletons = skeletonsOf([['nose', 'left eye', 'right eye']]);
const mirror: Warp = { matrix: [1, 0, 0, 1], shiftX: 0, shiftY: 0, flip: true, gain: [1, 1, 1], lift: 0 };
// The image is half as large in the square, 16 black rows above it.
const sample: Sample = { side: 'val', cacheIndex: 0, imageId: 1, width: 128, height: 64, classIndices: [], maskIndex: null, objects: [{ classIndex: 0, bbox: [16, 16, 64, 32], isCrowd: false, keypoints: [40, 32, 2, 20, 20, 1, 0, 0, 0] }] };

function targets(warp: Warp | null = null): Record<'points' | 'pointWeights' | 'shown' | 'shownWeights', Float32Array> {
  const plane = (count: number): Float32Array => new Float32Array(count * GRID * GRID);
  const into = { points: plane(6), pointWeights: plane(6), shown: plane(3), shownWeights: plane(3) };
  const placement = new Placement(fit, warp);
  writeKeypointTargets(sample, placement, { learned: seenObjects(sample, placement).learned, skeletons, into });
  return into;
}

/** What a network says that saw the object at its middle, with these points in pixels of the square. */
function outputsOf(points: readonly (readonly [x: number, y: number, shown: number])[]): Record<string, RawOutput> {
  const plane = (count: number, values: readonly number[]): RawOutput => {
    const data = new Float32Array(count * GRID * GRID);
    values.forEach((value, at) => (data[at * GRID * GRID + CELL] = value));
    return { data, shape: [count, GRID, GRID] };
  };
  return { heat: plane(1, [0.9]), boxes: plane(4, [8, 24, 40, 40]), points: plane(6, points.flatMap(([x, y]) => [x, y])), shown: plane(3, points.map(([, , shown]) => shown)) };
}

describe('skeletons', () => {
  it('are mirrored by the sides in the names of their points, or not at all', () => {
    expect(skeletons).toEqual({ points: 3, counts: [3], mirrored: [[0, 2, 1]] });
    expect(canMirror(skeletons)).toBe(true);
    expect(skeletonsOf([['Left_hip', 'Right_hip']]).mirrored).toEqual([[1, 0]]);
    for (const names of [['tip', 'tail'], ['left eye', 'nose'], ['left', 'left foot']]) expect(canMirror(skeletonsOf([names]))).toBe(false);
    expect(canMirror(skeletonsOf([[], ['left', 'right']]))).toBe(true);
    expect(skeletonsOf([]).points).toBe(0);
  });
});

describe('targets of keypoints', () => {
  it('say of the cells at the middle where the points lie, and nothing of those nobody marked', () => {
    const { points, pointWeights, shown, shownWeights } = targets();
    // The nose at 20, 32 of the square; the cell's middle at 28, 36; eighths of 64.
    expect([points[CELL], points[GRID * GRID + CELL]]).toEqual([-1, -0.5]);
    const sums = Array.from({ length: 6 }, (_, channel) => pointWeights.subarray(channel * GRID * GRID, (channel + 1) * GRID * GRID).reduce((sum, value) => sum + value, 0));
    sums.forEach((sum, channel) => expect(sum).toBeCloseTo(channel < 4 ? 0.5 : 0, 5));
    expect([0, 1, 2].map((point) => shown[point * GRID * GRID + CELL])).toEqual([1, 1, 0]);
    expect(shownWeights[2 * GRID * GRID + CELL]).toBeCloseTo(1 / 9, 6);
  });

  it('change sides in a mirrored picture', () => {
    expect(seenPoints([40, 32, 2, 20, 20, 1, 0, 0, 0], new Placement(fit, mirror), [0, 2, 1])).toEqual([44, 32, 2, 0, 0, 0, 54, 26, 1]);
    expect(targets(mirror).shown[2 * GRID * GRID + 4 * GRID + 4]).toBe(1);
  });
});

describe('the decoder of keypoints', () => {
  it('gives the points of the class in pixels of the original, inside it', () => {
    const decoded = decodeKeypoints(outputsOf([[20, 32, 0.9], [-5, 26, 0.8], [30, 30, 0.2]]), fit, { classIds: [6], multiLabel: false, keypointCounts: [3] });
    expect(decoded).toMatchObject([{ class_id: 6, bbox: [16, 16, 64, 32], keypoints: [40, 32, 2, 0, 20, 2, 0, 0, 0] }]);
    expect(decodeKeypoints(outputsOf([[20, 32, 0.9]]), fit, { classIds: [6], multiLabel: false, keypointCounts: [0] })[0]?.keypoints).toBeUndefined();
  });
});

describe('metrics of keypoints', () => {
  it('are full marks for the truth, and fall with the distance', () => {
    const facts = { classes: [{ id: 6, name: 'face' }], imageSide: SIDE };
    const right = new KeypointMetrics(facts, skeletons);
    expect(right.add(sample, outputsOf([[20, 32, 1], [10, 26, 1], [0, 0, 0]])).quality).toBeCloseTo(1, 6);
    expect(right.result().scores).toMatchObject({ oks_map50: 1, oks_map50_95: 1, pck: 1, box_map50: 1 });
    const far = new KeypointMetrics(facts, skeletons);
    // One of two points 20 pixels off: similarity a half and a little.
    far.add(sample, outputsOf([[20, 32, 1], [20, 26, 1], [0, 0, 0]]));
    expect(far.result().scores).toMatchObject({ oks_map50: 1, oks_map75: 0, pck: 0.5, box_map50: 1 });
  });
});

describe('the keypoint model', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'engine-keypoints-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('learns the ends of kites in seconds', async () => {
    const hyperparameters = { epochs: 14, batch_size: 8, learning_rate: 0.01, augment: 'none' };
    const spec = await sceneTraining({ folder, taskType: 'pose_estimation', model: 'keypoints-small', side: 64, counts: { train: 96, val: 24 }, classNames: ['kite'], keypointNames: KITE_POINTS, hyperparameters, scene: (number) => kiteScene(5, number, { side: 64, turn: 0.3, sizes: [0.28, 0.35], most: 1 }) });
    const engine = new OnnxEngine();
    await engine.prepare(spec);
    for (let epoch = 1; epoch <= hyperparameters.epochs; epoch += 1) await engine.trainEpoch(epoch, { onStep: () => undefined, shouldStop: () => false });
    const metrics = epochMetricsSchema.parse(await engine.evaluate());
    expect(metrics.primary_metric).toBe('oks_map50_95');
    expect(metrics.scores['oks_map50']).toBeGreaterThan(0.15);
    expect(metrics.scores['pck']).toBeGreaterThan(0.2);
    for (const one of engine.validationExamples()) validationExampleSchema.parse(one);
    await engine.dispose();
  });
});

import { describe, expect, it } from 'vitest';
import { fitGeometry } from '../../data/fit.js';
import { Placement } from '../../data/placement.js';
import type { Warp } from '../../data/warp.js';
import type { LabeledObject, Sample } from '../../samples/sample.js';
import { decoderFor } from '../decoders.js';
import type { RawOutput } from '../output-decoder.js';
import { boxIou } from './boxes.js';
import { writeCenterTargets } from './center-targets.js';
import { decodeCenters } from './centers-decoder.js';
import { DetectionMetrics } from './detection-metrics.js';

const SIDE = 64;
const GRID = 8;
const CLASSES = [
  { id: 5, name: 'a' },
  { id: 9, name: 'b' },
];
const object = (classIndex: number, bbox: [number, number, number, number], isCrowd = false): LabeledObject => ({ classIndex, bbox, isCrowd });
const sampleOf = (objects: readonly LabeledObject[], width = 128, height = 64): Sample => ({ side: 'val', cacheIndex: 0, imageId: 1, width, height, classIndices: [], objects: [...objects], maskIndex: null });

interface Drawn {
  readonly classIndex: number;
  readonly score: number;
  /** Left, top, right, bottom in pixels of the square. */
  readonly box: readonly [number, number, number, number];
  readonly cell: number;
}

function outputsOf(...drawn: Drawn[]): Record<string, RawOutput> {
  const heat = new Float32Array(2 * GRID * GRID);
  const boxes = new Float32Array(4 * GRID * GRID);
  for (const { classIndex, score, box, cell } of drawn) {
    heat[classIndex * GRID * GRID + cell] = score;
    box.forEach((value, side) => (boxes[side * GRID * GRID + cell] = value));
  }
  return { heat: { data: heat, shape: [2, GRID, GRID] }, boxes: { data: boxes, shape: [4, GRID, GRID] } };
}

function targetsOf(sample: Sample, warp: Warp | null = null): Record<'positives' | 'negatives' | 'distances' | 'weights', Float32Array> {
  const into = { positives: new Float32Array(2 * GRID * GRID), negatives: new Float32Array(2 * GRID * GRID), distances: new Float32Array(4 * GRID * GRID), weights: new Float32Array(GRID * GRID) };
  writeCenterTargets(sample, new Placement(fitGeometry(sample.width, sample.height, SIDE), warp), into);
  return into;
}

const indices = (values: Float32Array): number[] => [...values.keys()].filter((at) => (values[at] ?? 0) !== 0);

describe('targets of detection', () => {
  // The image is half as large in the square, 16 black rows above it: the box is at 8..40, 24..40.
  const box: [number, number, number, number] = [16, 16, 64, 32];

  it('have one middle, a hill around it, and the distances to the sides, in cells', () => {
    const { positives, negatives, distances, weights } = targetsOf(sampleOf([object(1, box)]));
    const cell = 4 * GRID + 3;
    expect(indices(positives)).toEqual([GRID * GRID + cell]);
    expect(negatives[GRID * GRID + cell]).toBe(0);
    expect(negatives[GRID * GRID + cell + 1]).toBeGreaterThan(0);
    expect(negatives[GRID * GRID + cell + 1]).toBeLessThan(1);
    expect(negatives.subarray(0, GRID * GRID).every((value) => value === 1)).toBe(true);
    expect([0, 1, 2, 3].map((side) => distances[side * GRID * GRID + cell])).toEqual([2.5, 1.5, 1.5, 0.5]);
    expect(indices(weights)).toEqual([cell - 1, cell, cell + 1]);
    expect(weights.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6);
  });

  it('come back as the boxes they were made of', () => {
    const boxes = [object(0, [0, 0, 30, 60]), object(1, [40, 5, 64, 50]), object(1, [110, 20, 18, 40])];
    const { positives, distances } = targetsOf(sampleOf(boxes));
    const drawn = indices(positives).map((at): Drawn => {
      const cell = at % (GRID * GRID);
      const [x, y] = [cell % GRID, Math.floor(cell / GRID)];
      const [left = 0, top = 0, right = 0, bottom = 0] = [0, 1, 2, 3].map((side) => distances[side * GRID * GRID + cell] ?? 0);
      return { classIndex: Math.floor(at / (GRID * GRID)), score: 0.9, cell, box: [8 * (x + 0.5 - left), 8 * (y + 0.5 - top), 8 * (x + 0.5 + right), 8 * (y + 0.5 + bottom)] };
    });
    const found = decodeCenters(outputsOf(...drawn), fitGeometry(128, 64, SIDE), { classIds: [5, 9], multiLabel: false });
    expect(found).toHaveLength(3);
    for (const one of boxes) {
      const match = found.find((other) => other.class_id === [5, 9][one.classIndex] && boxIou(one.bbox ?? [0, 0, 0, 0], other.bbox as unknown as [number, number, number, number]) > 0.999);
      expect(match).toBeDefined();
    }
  });

  it('follow a mirrored and enlarged picture, and leave out what hardly remains', () => {
    const mirrored: Warp = { matrix: [1, 0, 0, 1], shiftX: 0, shiftY: 0, flip: true, gain: [1, 1, 1], lift: 0 };
    expect(indices(targetsOf(sampleOf([object(0, box)]), mirrored).positives)).toEqual([4 * GRID + 5]);
    // Everything moves 36 pixels to the left: 4 of 32 pixels of the box remain, too few to be learned and too many to be ground.
    const moved = targetsOf(sampleOf([object(0, box)]), { ...mirrored, flip: false, shiftX: 36 });
    expect(indices(moved.positives)).toEqual([]);
    expect(moved.negatives[3 * GRID]).toBe(0);
    expect(moved.negatives[3 * GRID + 1]).toBe(1);
  });

  it('say nothing of a crowd, neither object nor ground', () => {
    const { positives, negatives, weights } = targetsOf(sampleOf([object(0, box, true)]));
    expect(indices(positives)).toEqual([]);
    expect(indices(weights)).toEqual([]);
    expect(negatives[3 * GRID + 2]).toBe(0);
    expect(negatives[GRID * GRID + 3 * GRID + 2]).toBe(1);
  });
});

describe('the decoder of object middles', () => {
  const fit = fitGeometry(128, 64, SIDE);
  const model = { classIds: [5, 9], multiLabel: false };

  it('is found by the name in the model file', () => {
    expect(decoderFor('centers/1')).toBe(decodeCenters);
    expect(decoderFor('centers/99')).toBeNull();
    expect(decoderFor(undefined)).toBeNull();
  });

  it('answers objects in pixels of the original, the surest first, cut at its border', () => {
    const found = decodeCenters(outputsOf({ classIndex: 0, score: 0.4, cell: 20, box: [8, 20, 16, 32] }, { classIndex: 1, score: 0.9, cell: 44, box: [-20, 16, 30, 90] }), fit, model);
    expect(found.map((one) => [one.class_id, Math.fround(one.score)])).toEqual([
      [9, Math.fround(0.9)],
      [5, Math.fround(0.4)],
    ]);
    expect(found.map((one) => one.bbox)).toEqual([
      [0, 0, 60, 64],
      [16, 8, 16, 24],
    ]);
  });

  it('takes the peak of a hill, and of two boxes of one class that say the same the surer one', () => {
    const box = [8, 20, 40, 40] as const;
    const hill: Drawn[] = [0.5, 0.8, 0.5].map((score, at) => ({ classIndex: 0, score, cell: 19 + at, box }));
    expect(decodeCenters(outputsOf(...hill), fit, model)).toHaveLength(1);
    const apart: Drawn[] = [0.5, 0.8].map((score, at) => ({ classIndex: 0, score, cell: 19 + 3 * at, box }));
    expect(decodeCenters(outputsOf(...apart), fit, model).map((one) => Math.fround(one.score))).toEqual([Math.fround(0.8)]);
    const others = apart.map((one, at) => ({ ...one, classIndex: at }));
    expect(decodeCenters(outputsOf(...others), fit, model)).toHaveLength(2);
  });

  it('passes over what is no number and no box', () => {
    expect(decodeCenters(outputsOf({ classIndex: 0, score: Number.NaN, cell: 3, box: [8, 20, 40, 40] }, { classIndex: 0, score: 0.9, cell: 9, box: [40, 20, 8, 40] }, { classIndex: 0, score: 0.9, cell: 30, box: [8, Number.NaN, 40, 40] }), fit, model)).toEqual([]);
  });
});

describe('metrics of detection', () => {
  const metricsOf = (): DetectionMetrics => new DetectionMetrics({ classes: CLASSES, imageSide: SIDE });
  // 8..24 x 20..32 of the square is [16, 8, 32, 24] of the original.
  const drawn: Drawn = { classIndex: 0, score: 0.9, cell: 20, box: [8, 20, 24, 32] };

  it('are full marks for the truth itself', () => {
    const metrics = metricsOf();
    const outcome = metrics.add(sampleOf([object(0, [16, 8, 32, 24])]), outputsOf(drawn));
    expect(outcome.quality).toBeCloseTo(1, 6);
    const result = metrics.result();
    expect(result.scores).toMatchObject({ map50: 1, map50_95: 1, f1: 1 });
    expect(result.primaryValue).toBe(1);
    expect(result.per_class?.[0]).toMatchObject({ class_id: 5, support: 1, ap50: 1, precision: 1, recall: 1 });
    // Nobody has class b: it counts neither way.
    expect(result.per_class?.[1]).toMatchObject({ class_id: 9, support: 0, ap50: null, f1: null });
  });

  it('are those worked out by hand for a hit, a near miss, an invention and a miss', () => {
    const metrics = metricsOf();
    // IoU 2/3 (16 of 24 columns): right at 0.50 to 0.65, wrong from 0.70 on. 4 of 10 thresholds.
    metrics.add(sampleOf([object(0, [16, 8, 32, 24])]), outputsOf({ ...drawn, box: [8, 20, 32, 32] }));
    // A surer invention in another image, and an object that nobody sees.
    metrics.add(sampleOf([object(0, [80, 40, 30, 20])]), outputsOf({ ...drawn, score: 0.95 }));
    const result = metrics.result();
    // Ranked wrong, right: precision 1/2 at recall 1/2, so at 51 of 101 recalls.
    const ap50 = (51 * 0.5) / 101;
    expect(result.scores['map50']).toBeCloseTo(ap50, 9);
    expect(result.scores['map50_95']).toBeCloseTo((4 * ap50) / 10, 9);
    expect(result.per_class?.[0]).toMatchObject({ precision: 0.5, recall: 0.5, f1: 0.5, support: 2 });
  });

  it('count a crowd as neither found nor missed', () => {
    const metrics = metricsOf();
    const outcome = metrics.add(sampleOf([object(0, [0, 0, 128, 64], true), object(0, [80, 40, 30, 20])]), outputsOf(drawn, { classIndex: 0, score: 0.5, cell: 45, box: [40, 36, 55, 46] }));
    expect(metrics.result().scores['map50']).toBeCloseTo(1, 9);
    expect(metrics.result().per_class?.[0]?.support).toBe(1);
    expect(outcome.truth).toHaveLength(2);
  });

  it('rate one image by how well its boxes lie', () => {
    const metrics = metricsOf();
    expect(metrics.add(sampleOf([]), outputsOf()).quality).toBe(1);
    expect(metrics.add(sampleOf([]), outputsOf(drawn)).quality).toBe(0);
    expect(metrics.add(sampleOf([object(1, [16, 8, 32, 24])]), outputsOf(drawn)).quality).toBe(0);
    expect(metrics.add(sampleOf([object(0, [16, 8, 32, 24]), object(0, [90, 8, 32, 24])]), outputsOf(drawn)).quality).toBeCloseTo(2 / 3, 6);
  });
});

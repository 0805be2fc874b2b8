import { describe, expect, it } from 'vitest';
import { Random } from '../network/random.js';
import { CLASSIFICATION_AUGMENTATIONS } from '../tasks/classification/classification-augmentation.js';
import { Augmenter, PIXEL_DEVIATION, PIXEL_MEAN, writePlain } from './augmentation.js';
import { fitGeometry } from './fit.js';
import { Placement } from './placement.js';
import { drawWarp, sourceOf, targetOf } from './warp.js';

type AugmentationLevel = keyof typeof CLASSIFICATION_AUGMENTATIONS;

const SIDE = 33;
const SIZE = SIDE * SIDE * 3;
const normalised = (byte: number): number => (byte / 255 - PIXEL_MEAN) / PIXEL_DEVIATION;
const byteOf = (value: number): number => (value * PIXEL_DEVIATION + PIXEL_MEAN) * 255;

/** HWC bytes by a rule of the place. */
const image = (rule: (x: number, y: number, channel: number) => number): Uint8Array =>
  Uint8Array.from({ length: SIZE }, (_, at) => rule(Math.floor(at / 3) % SIDE, Math.floor(at / 3 / SIDE), at % 3));

function augmented(pixels: Uint8Array, level: AugmentationLevel, stream: readonly [number, number, number], augmenter = new Augmenter(SIDE)): Float32Array {
  const target = new Float32Array(SIZE + 4);
  const range = CLASSIFICATION_AUGMENTATIONS[level];
  augmenter.write(pixels, { target, offset: 4 }, range === null ? null : drawWarp(new Random(...stream), range, SIDE));
  expect([...target.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
  return target.subarray(4);
}

const at = (plane: Float32Array, x: number, y: number, channel = 0): number => byteOf(plane[(channel * SIDE + y) * SIDE + x] ?? Number.NaN);

describe('augmentation', () => {
  it('writes a plain image plane by plane, normalised', () => {
    const pixels = image((x, y, channel) => (x * 7 + y * 3 + channel * 50) % 256);
    const target = new Float32Array(SIZE);
    writePlain(pixels, SIDE, { target, offset: 0 });
    expect(target[0]).toBeCloseTo(normalised(0), 6);
    expect(at(target, 5, 9, 2)).toBeCloseTo((5 * 7 + 9 * 3 + 100) % 256, 3);
    expect(augmented(pixels, 'none', [1, 1, 1])).toEqual(target);
  });

  it('is the same for the same seed, epoch and image whatever came before, and another for any other', () => {
    const pixels = image((x, y) => (x * 11 + y * 5) % 256);
    const used = new Augmenter(SIDE);
    augmented(image(() => 255), 'standard', [9, 9, 9], used);
    const first = augmented(pixels, 'standard', [1, 2, 3]);
    expect(augmented(pixels, 'standard', [1, 2, 3], used)).toEqual(first);
    for (const stream of [[2, 2, 3], [1, 3, 3], [1, 2, 4]] as const) expect(augmented(pixels, 'standard', stream)).not.toEqual(first);
  });

  it('moves a linear ramp as a bilinear warp must: the middle of a row rises evenly', () => {
    // Interpolation between the values of a ramp is exact, so that a turned and scaled ramp is a plane again.
    const pixels = image((x, y) => 40 + 3 * x + 2 * y);
    for (let epoch = 1; epoch <= 20; epoch += 1) {
      const result = augmented(pixels, 'light', [1, epoch, 1]);
      const middle = Array.from({ length: 9 }, (_, index) => at(result, 12 + index, 16));
      const steps = middle.slice(1).map((value, index) => value - (middle[index] ?? 0));
      for (const step of steps) expect(step).toBeCloseTo(steps[0] ?? Number.NaN, 2);
      expect(steps[0]).toBeGreaterThan(1.9);
      expect(steps[0]).toBeLessThan(4.2);
    }
  });

  it('light neither mirrors nor recolours; standard does both; what comes from outside is black', () => {
    const half = image((x) => (x < SIDE / 2 ? 200 : 0));
    const mirrored = (level: AugmentationLevel): number => {
      const results = Array.from({ length: 100 }, (_, epoch) => augmented(half, level, [1, epoch, 1]));
      return results.filter((result) => at(result, 8, 16) < at(result, 24, 16)).length;
    };
    expect(mirrored('light')).toBe(0);
    expect(mirrored('standard')).toBeGreaterThan(30);
    expect(mirrored('standard')).toBeLessThan(70);
    const gray = image(() => 100);
    let corners = 0;
    for (let epoch = 1; epoch <= 50; epoch += 1) {
      const result = augmented(gray, 'light', [1, epoch, 1]);
      expect(at(result, 16, 16)).toBeCloseTo(100, 3);
      expect(Math.min(...result)).toBeGreaterThanOrEqual(normalised(0));
      corners += [at(result, 0, 0), at(result, SIDE - 1, 0), at(result, 0, SIDE - 1), at(result, SIDE - 1, SIDE - 1)].filter((value) => Math.abs(value) < 1e-3).length;
    }
    expect(corners).toBeGreaterThan(20);
  });

  it('moves places as it moves pixels: a bright dot is where its point is said to be', () => {
    const range = { turnRadians: 0.3, shift: 0.1, scales: [0.8, 1.3] as const, colours: { flip: true, gain: [1, 1] as const, lift: [0, 0] as const } };
    let seen = 0;
    for (let epoch = 1; epoch <= 40; epoch += 1) {
      // 66 x 44 fits into 33 pixels at half its size, 5 black rows above it.
      const fit = fitGeometry(66, 44, SIDE);
      const [dotX, dotY] = [21, 18];
      const pixels = image((x, y) => (Math.abs(x - dotX) <= 1 && Math.abs(y - dotY) <= 1 ? 255 : 0));
      const warp = drawWarp(new Random(3, epoch), range, SIDE);
      const target = new Float32Array(SIZE);
      new Augmenter(SIDE).write(pixels, { target, offset: 0 }, warp);
      const [x, y] = new Placement(fit, warp).point((dotX + 0.5 - fit.left) / fit.scale, (dotY + 0.5 - fit.top) / fit.scale);
      const back = sourceOf(warp, SIDE, ...targetOf(warp, SIDE, 7, 9));
      expect(back[0]).toBeCloseTo(7, 6);
      expect(back[1]).toBeCloseTo(9, 6);
      if (x < 3 || y < 3 || x > SIDE - 3 || y > SIDE - 3) continue;
      seen += 1;
      let [sum, sumX, sumY] = [0, 0, 0];
      for (let at_ = 0; at_ < SIDE * SIDE; at_ += 1) {
        const light = byteOf(target[at_] ?? 0);
        sum += light;
        sumX += light * ((at_ % SIDE) + 0.5);
        sumY += light * (Math.floor(at_ / SIDE) + 0.5);
      }
      expect(Math.abs(sumX / sum - x)).toBeLessThan(0.15);
      expect(Math.abs(sumY / sum - y)).toBeLessThan(0.15);
    }
    expect(seen).toBeGreaterThan(20);
  });

  it('fits an image as the decoder does: in the middle, an odd black row behind', () => {
    expect(fitGeometry(66, 44, 33)).toMatchObject({ scale: 0.5, left: 0, top: 5 });
    expect(fitGeometry(10, 20, 33)).toMatchObject({ left: 8, top: 0 });
    const box = new Placement(fitGeometry(66, 44, 33), null).box(10, 4, { width: 20, height: 8 });
    expect(box).toEqual({ left: 5, top: 7, right: 15, bottom: 11 });
  });
});

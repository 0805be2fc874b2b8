import { describe, expect, it } from 'vitest';
import { keypointSimilarity, OTHER_SIGMA, pointsWithin, sigmasFor } from './keypoint-similarity.js';

const truth = { keypoints: [10, 10, 2, 20, 10, 1, 0, 0, 0], area: 400 };

describe('object keypoint similarity', () => {
  it('is 1 where all points that are known are hit, whatever stands at the others', () => {
    expect(keypointSimilarity([10, 10, 2, 20, 10, 2, 99, 99, 2], truth)).toBe(1);
    expect(keypointSimilarity([10, 10, 2], { keypoints: [0, 0, 0], area: 400 })).toBe(0);
  });

  it('falls as a bell with the distance, by area and by the point', () => {
    // One point off by 2 pixels at an area of 400: exp(-4 / (2 * 400 * 0.01)).
    expect(keypointSimilarity([12, 10, 2, 20, 10, 2, 0, 0, 0], truth)).toBeCloseTo((Math.exp(-4 / (800 * (2 * OTHER_SIGMA) ** 2)) + 1) / 2, 9);
    expect(keypointSimilarity([12, 10, 2, 20, 10, 2, 0, 0, 0], { ...truth, area: 1600 })).toBeCloseTo((Math.exp(-4 / (3200 * 0.01)) + 1) / 2, 9);
  });

  it("takes COCO's constants for a person: the nose must be met better than the hip", () => {
    const person = Array.from({ length: 17 }, (_, point) => [50, 10 * point, 2]).flat();
    const off = (point: number): number[] => person.map((value, at) => (at === 3 * point ? value + 5 : value));
    expect(sigmasFor(17)[0]).toBe(0.026);
    expect(keypointSimilarity(off(0), { keypoints: person, area: 10_000 })).toBeCloseTo((16 + Math.exp(-25 / (20_000 * 0.052 ** 2))) / 17, 9);
    expect(keypointSimilarity(off(11), { keypoints: person, area: 10_000 })).toBeCloseTo((16 + Math.exp(-25 / (20_000 * 0.214 ** 2))) / 17, 9);
  });

  it('counts the points within a part of the scale', () => {
    expect(pointsWithin([12, 10, 2, 20, 13, 2, 0, 0, 0], truth, 0.1)).toEqual({ hit: 1, known: 2 });
  });
});

import { describe, expect, it } from 'vitest';
import { SemanticMetrics } from './semantic-metrics.js';

describe('mean IoU', () => {
  it('counts pixels of all images together, the ground as a class, and leaves out what is ignored', () => {
    const metrics = new SemanticMetrics(2);
    // Ground: 2 of 4; class 1: 1 of 3; class 2: 1 of 2. The ignored pixel would have been wrong.
    expect(metrics.add(Uint8Array.from([0, 0, 0, 1, 1, 2, 255]), Uint8Array.from([0, 0, 1, 1, 0, 2, 1]))).toBeCloseTo((0.5 + 1 / 3 + 1) / 3, 12);
    expect(metrics.add(Uint8Array.from([2, 255]), Uint8Array.from([1, 0]))).toBe(0);
    const { meanIou, foregroundIou, groundIou, pixelAccuracy, perClass } = metrics.result();
    expect(groundIou).toBeCloseTo(2 / 4, 12);
    expect(perClass.map(({ iou }) => iou)).toEqual([1 / 4, 1 / 2]);
    expect(meanIou).toBeCloseTo((0.5 + 0.25 + 0.5) / 3, 12);
    expect(foregroundIou).toBeCloseTo(0.375, 12);
    expect(pixelAccuracy).toBeCloseTo(4 / 7, 12);
    expect(perClass[0]).toMatchObject({ precision: 1 / 3, recall: 1 / 2, support: 1 });
    expect(perClass[1]).toMatchObject({ precision: 1, recall: 1 / 2, support: 2 });
  });

  it('says nothing of a class that neither has, and counts one that is only predicted', () => {
    const metrics = new SemanticMetrics(3);
    metrics.add(Uint8Array.from([0, 0, 1, 1]), Uint8Array.from([0, 2, 1, 1]));
    expect(metrics.result().perClass.map(({ iou }) => iou)).toEqual([1, 0, null]);
    expect(metrics.result().meanIou).toBeCloseTo((0.5 + 1 + 0) / 3, 12);
    expect(new SemanticMetrics(1).add(Uint8Array.from([255]), Uint8Array.from([1]))).toBe(1);
    expect(new SemanticMetrics(1).result()).toMatchObject({ meanIou: null, pixelAccuracy: null });
  });
});

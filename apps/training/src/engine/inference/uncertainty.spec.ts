import type { ModelAdapter } from '@app/contracts';
import { describe, expect, it } from 'vitest';
import { uncertaintyOf } from './uncertainty.js';

const adapter = (format: ModelAdapter['output_format'], multiLabel = false): ModelAdapter => ({
  ...{ output_format: format, task_type: 'image_classification', multi_label: multiLabel, classes: [{ id: 0, name: 'x' }], input_size: [8, 8] },
  preprocessing: { layout: 'NCHW', colour: 'RGB', fit: 'contain, black', scale: 1, mean: 0, deviation: 1 },
});
const said = (...values: number[]): Record<string, { data: Float32Array; shape: number[] }> => ({ probabilities: { data: Float32Array.from(values), shape: [values.length] } });

describe('uncertainty', () => {
  it('of one class of several is how near the second comes to the first', () => {
    const of = (...values: number[]): number => uncertaintyOf(adapter('classification/1'), said(...values), []);
    expect(of(0.98, 0.01, 0.01)).toBeCloseTo(0.03);
    expect(of(0.45, 0.45, 0.1)).toBeCloseTo(1);
    expect(of(0.01, 0.6, 0.39)).toBeGreaterThan(of(0.6, 0.2, 0.2));
  });

  it('of several labels is that of the one nearest to a half', () => {
    expect(uncertaintyOf(adapter('classification/1', true), said(0.99, 0.01, 0.5), [])).toBeCloseTo(1);
    expect(uncertaintyOf(adapter('classification/1', true), said(0.99, 0.01), [])).toBeCloseTo(0.02);
  });

  it('of objects is the mean over them, and none without any', () => {
    expect(uncertaintyOf(adapter('centers/1'), {}, [])).toBe(0);
    expect(uncertaintyOf(adapter('centers/1'), {}, [{ class_id: 0, score: 0.5 }, { class_id: 0, score: 1 }])).toBeCloseTo(0.5);
  });

  it('of what is no number is the greatest', () => {
    expect(uncertaintyOf(adapter('classification/1'), said(Number.NaN, Number.NaN), [])).toBe(1);
  });
});

import { describe, expect, it } from 'vitest';
import type { Sample } from './samples/sample.js';
import { assertSample, assertTrainable } from './spec-check.js';
import { cnnSmallModel } from './tasks/classification/cnn-small-model.js';
import { modelFor } from './tasks/model-registry.js';

const sample = (imageId: number, ...classIndices: number[]): Sample => ({ side: 'train', imageId, cacheIndex: imageId, width: 8, height: 8, classIndices, objects: [], maskIndex: null });
const classes = [
  { id: 3, name: 'a' },
  { id: 7, name: 'b' },
];
const one = { classes, multiLabel: false };
const check = (given: Sample, spec = one): void => assertSample(given, spec, cnnSmallModel);

describe('what an engine is given', () => {
  it('is taken when every sample can be learned', () => {
    expect(() => assertTrainable(one, { train: 1, val: 1 })).not.toThrow();
    expect(() => check(sample(1, 0))).not.toThrow();
    expect(() => check(sample(1, 0, 1), { ...one, multiLabel: true })).not.toThrow();
    expect(() => check(sample(3), { ...one, multiLabel: true })).not.toThrow();
  });

  it('is refused with the image that would be learned wrongly', () => {
    expect(() => assertTrainable({ classes: [] }, { train: 1, val: 1 })).toThrow('no class');
    expect(() => assertTrainable(one, { train: 0, val: 1 })).toThrow('no image to train');
    expect(() => assertTrainable(one, { train: 1, val: 0 })).toThrow('no image to validate');
    expect(() => check(sample(9, 2))).toThrow('image 9 has the class index 2 of 2');
    expect(() => check({ ...sample(9, 0), objects: [{ classIndex: 5, bbox: null, isCrowd: false }] })).toThrow('class index 5');
    expect(() => check(sample(8, 0, 1))).toThrow('image 8 has 2 classes');
  });

  it('names a model that is not there, and each hyperparameter out of its range', () => {
    expect(() => modelFor('semantic_segmentation', 'cnn-small')).toThrow('no model "cnn-small" for semantic_segmentation');
    const model = modelFor('image_classification', 'cnn-small');
    expect(model.open({}).settings.epochs).toBeGreaterThan(0);
    expect(() => model.open({ epochs: 1e9, learning_rate: -1 })).toThrow(/epochs: .*; learning_rate: /);
  });
});

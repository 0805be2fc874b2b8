import { describe, expect, it } from 'vitest';
import { assertTrainable } from './spec-check.js';
import { modelFor } from './network/model-registry.js';

const sample = (imageId: number, ...classIndices: number[]): { imageId: number; cacheIndex: number; classIndices: number[] } => ({ imageId, cacheIndex: imageId, classIndices });
const classes = [
  { id: 3, name: 'a' },
  { id: 7, name: 'b' },
];
const good = { classes, multiLabel: false, train: [sample(1, 0)], val: [sample(2, 1)] };

describe('what an engine is given', () => {
  it('is taken when every sample can be learned', () => {
    expect(() => assertTrainable(good)).not.toThrow();
    expect(() => assertTrainable({ ...good, multiLabel: true, train: [sample(1, 0, 1), sample(3)] })).not.toThrow();
  });

  it('is refused with the image that would be learned wrongly', () => {
    expect(() => assertTrainable({ ...good, classes: [] })).toThrow('no class');
    expect(() => assertTrainable({ ...good, train: [] })).toThrow('no image to train');
    expect(() => assertTrainable({ ...good, val: [] })).toThrow('no image to validate');
    expect(() => assertTrainable({ ...good, val: [sample(9, 2)] })).toThrow('image 9 has the class index 2 of 2');
    expect(() => assertTrainable({ ...good, train: [sample(8, 0, 1)] })).toThrow('image 8 has 2 classes');
  });

  it('names a model that is not there, and each hyperparameter out of its range', () => {
    expect(() => modelFor('object_detection', 'cnn-small')).toThrow('no model "cnn-small" for object_detection');
    const { settingsFrom } = modelFor('image_classification', 'cnn-small');
    expect(settingsFrom({}).epochs).toBeGreaterThan(0);
    expect(() => settingsFrom({ epochs: 1e9, learning_rate: -1 })).toThrow(/epochs: .*; learning_rate: /);
  });
});

import type { ModelAdapter } from '@app/contracts';
import { describe, expect, it } from 'vitest';
import { ModelMeasure } from './model-measure.js';
import type { Prediction } from './predictor.js';

const DETECTOR: ModelAdapter = {
  output_format: 'boxes/1',
  task_type: 'object_detection',
  multi_label: false,
  classes: [{ id: null, name: 'kite' }, { id: 3, name: 'dog' }],
  input_size: [100, 50],
  preprocessing: { layout: 'NCHW', colour: 'RGB', fit: 'stretch', scale: 1, mean: 0, deviation: 1 },
};

function prediction(outputs: Record<string, { shape: number[]; data: number[] }>): Prediction {
  return { width: 200, height: 200, objects: [], uncertainty: 0, outputs: Object.fromEntries(Object.entries(outputs).map(([name, { shape, data }]) => [name, { shape, data: Float32Array.from(data) }])) };
}

describe('figures of a model with classes that are left out', () => {
  it('of a detector are those of the others, by what a user is shown', () => {
    const measure = ModelMeasure.for(DETECTOR);
    const said = prediction({ boxes: { shape: [2, 4], data: [10, 10, 30, 20, 50, 25, 60, 35] }, scores: { shape: [2, 2], data: [0, 0.9, 0.8, 0.1] } });
    measure.add(1, [{ class_id: 3, bbox: [20, 40, 40, 40] }], said);
    const { per_class: perClass, scores, primaryValue } = measure.result();
    expect(perClass).toEqual([expect.objectContaining({ class_id: 3, ap50: 1, precision: 1, recall: 1, support: 1 })]);
    expect([scores['map50'], scores['precision'], primaryValue]).toEqual([1, 1, 1]);
  });

  it('of a classification have no matrix, and no average over what nobody labeled', () => {
    const measure = ModelMeasure.for({ ...DETECTOR, output_format: 'classification/1', task_type: 'image_classification', classes: [{ id: null, name: 'kite' }, { id: 3, name: 'dog' }, { id: 4, name: 'cat' }], input_size: [8, 8] });
    const add = (probabilities: number[], class_id: number): void => measure.add(1, [{ class_id }], prediction({ probabilities: { shape: [3], data: probabilities } }));
    add([0.1, 0.8, 0.1], 3);
    add([0.1, 0.1, 0.8], 4);
    add([0.9, 0.1, 0], 3);
    const { per_class: perClass, scores, confusion_matrix: matrix } = measure.result();
    expect(perClass?.map((one) => one.class_id)).toEqual([3, 4]);
    expect([scores['precision'], scores['recall'], matrix]).toEqual([1, 0.75, undefined]);
  });

  it('of masks are not made: what is left out would be counted as wrong ground', () => {
    expect(() => ModelMeasure.for({ ...DETECTOR, output_format: 'semantic/1', task_type: 'semantic_segmentation', input_size: [64, 64] })).toThrow(/each of its classes/);
  });
});

import { MODEL_CATALOGUE, trainerSchema } from '@app/contracts';
import { describe, expect, it } from 'vitest';
import { chooseModel, completeHyperparameters } from './hyperparameters.js';
import { TrainableModels } from './trainable-models.js';

const mine = trainerSchema.parse({ id: 'mine', title: 'Mine', task_types: ['object_detection'], model_format: 'pt', hyperparameters: { depth: { type: 'integer', minimum: 1, maximum: 9, default: 3 } }, run: { kind: 'command', command: ['x'] } });
const models = new TrainableModels([mine]);

describe('the models that can be trained', () => {
  it("are the built-in ones and the operator's own, which a job can ask for by name", () => {
    expect(models.all.map(({ id }) => id)).toEqual([...MODEL_CATALOGUE.map(({ id }) => id), 'mine']);
    expect(chooseModel(models.all, 'object_detection', 'mine')).toMatchObject({ ok: true, model: { id: 'mine' } });
    expect(chooseModel(models.all, 'image_classification', 'mine')).toMatchObject({ ok: false, findings: [{ code: 'model-does-not-fit' }] });
  });

  it('check the hyperparameters of a trainer like those of any model', () => {
    const choice = chooseModel(models.all, 'object_detection', 'mine');
    if (!choice.ok) throw new Error('no model');
    expect(completeHyperparameters(choice.model, { depth: 4 })).toMatchObject({ ok: true, values: { depth: 4, epochs: 20, seed: 1 } });
    expect(completeHyperparameters(choice.model, { depth: 10, width: 1 })).toMatchObject({ ok: false, findings: [{ pointer: '/hyperparameters/depth' }, { pointer: '/hyperparameters/width' }] });
  });

  it('tell those that every worker runs from the operator\'s own', () => {
    expect([models.isBuiltIn('mine'), models.isBuiltIn('cnn-small')]).toEqual([false, true]);
  });

  it('give their files the extension that was declared', () => {
    expect([models.formatOf('mine'), models.formatOf('cnn-small'), models.formatOf('gone')]).toEqual(['pt', 'onnx', 'onnx']);
  });
});

import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { trainerSchemas } from './trainer-schemas.js';
import { modelOfTrainer, parseTrainersFile } from './trainers-file.js';

const trainer = (changes: object = {}): object => ({
  id: 'mine',
  title: 'Mine',
  task_types: ['image_classification'],
  hyperparameters: { learning_rate: { type: 'number', minimum: 0, maximum: 1, default: 0.1, title: 'Learning rate' }, width: { type: 'string', enum: ['s', 'm'], default: 's' } },
  run: { kind: 'command', command: ['/usr/bin/python3', 'train.py'] },
  ...changes,
});
const parse = (...trainers: readonly object[]): ReturnType<typeof parseTrainersFile> => parseTrainersFile(JSON.stringify({ version: 1, trainers }), ['cnn-small']);

describe('a file of trainers', () => {
  it('fills in limits and what the program may see of the environment', () => {
    const [one] = parse(trainer());
    expect(one).toMatchObject({ dataset: 'dice', model_format: 'onnx', epochs: { default: 20, maximum: 1000 } });
    expect(one?.run).toMatchObject({ environment: { allow: ['PATH', 'LANG'], set: {} }, time_limit_seconds: 86_400, max_processes: 256 });
  });

  it('makes a model of the catalogue, strict and with the fields of the platform', () => {
    const [one] = parse(trainer({ epochs: { default: 3, maximum: 5 } }));
    if (one === undefined) throw new Error('no trainer');
    const { hyperparameters } = modelOfTrainer(one);
    expect(hyperparameters.parse({})).toEqual({ epochs: 3, val_fraction: 0.2, seed: 1, keep: 'all', keep_every: 5, learning_rate: 0.1, width: 's' });
    for (const wrong of [{ epochs: 6 }, { learning_rate: 2 }, { width: 'l' }, { unknown: 1 }]) expect(hyperparameters.safeParse(wrong).success).toBe(false);
    expect(z.toJSONSchema(hyperparameters, { io: 'input' })).toMatchObject({ properties: { learning_rate: { title: 'Learning rate', minimum: 0, maximum: 1, default: 0.1 }, width: { enum: ['s', 'm'] } } });
  });

  it.each([
    ['an unknown member', { speed: 1 }, 'Unrecognized key'],
    ['a default outside its range', { hyperparameters: { a: { type: 'integer', minimum: 1, maximum: 2, default: 3 } } }, 'outside the range'],
    ['a field that the platform has', { hyperparameters: { epochs: { type: 'integer', minimum: 1, maximum: 2, default: 1 } } }, 'field of this name'],
    ['a secret of the service', { run: { kind: 'command', command: ['x'], environment: { allow: ['S3_SECRET_ACCESS_KEY'] } } }, 'not handed on'],
    ['a variable of the platform', { run: { kind: 'command', command: ['x'], environment: { set: { VISION_JOB: '1' } } } }, "the platform's"],
    ['a command as text', { run: { kind: 'command', command: 'python3 train.py' } }, 'run.command'],
    ['YOLO for semantic masks', { task_types: ['semantic_segmentation'], dataset: 'yolo' }, 'semantic masks'],
    ['the id of a built-in model', { id: 'cnn-small' }, 'built-in'],
    ['a wrong quantity', { run: { kind: 'kubernetes', image: 'x', cpu: 'many' } }, 'quantity'],
  ])('refuses %s', (_, changes, message) => {
    expect(() => parse(trainer(changes))).toThrow(message);
  });

  it('refuses two trainers of one id, and what is no JSON', () => {
    expect(() => parse(trainer(), trainer())).toThrow('another trainer');
    expect(() => parseTrainersFile('{', [])).toThrow('no JSON');
  });

  it('has JSON Schemas that say the version', () => {
    const schemas = trainerSchemas();
    expect(schemas.get('trainer-job-1.schema.json')).toMatchObject({ properties: { version: { const: 1 } } });
    expect(schemas.get('trainer-line-1.schema.json')).toHaveProperty('oneOf');
  });
});

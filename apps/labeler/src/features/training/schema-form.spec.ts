import { MODEL_CATALOGUE } from '@app/contracts';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { changedValues, errorOf, fieldsOf, initialValues, stepOf, type FormField, type NumberField } from './schema-form.js';

const SCHEMA = {
  type: 'object',
  required: ['name'],
  properties: {
    epochs: { type: 'integer', minimum: 1, maximum: 100, default: 10, description: 'passes' },
    rate: { type: 'number', exclusiveMinimum: 0, maximum: 1, default: 0.003 },
    seed: { type: 'integer', default: 1, minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    mode: { type: 'string', enum: ['a', 'b'], default: 'a' },
    name: { type: 'string', maxLength: 5 },
    flag: { type: 'boolean', default: true },
    list: { type: 'array', items: {} },
    side: { type: 'integer', default: 0, minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
  },
};
const fields = fieldsOf(SCHEMA);
const field = (name: string): FormField => {
  const found = fields.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no field ${name}`);
  return found;
};

describe('fieldsOf', () => {
  it('makes a field of everything that a form can ask for, in the order of the schema', () => {
    expect(fields.map((one) => [one.name, one.kind])).toEqual([
      ['epochs', 'number'],
      ['rate', 'number'],
      ['seed', 'number'],
      ['mode', 'choice'],
      ['name', 'text'],
      ['flag', 'switch'],
      ['side', 'number'],
    ]);
    expect(field('epochs')).toMatchObject({ integer: true, minimum: 1, maximum: 100, description: 'passes' });
    expect(field('rate')).toMatchObject({ integer: false, minimum: 0, exclusiveMinimum: true, exclusiveMaximum: false });
  });

  it('tells no limit where a generator wrote the largest or smallest safe integer', () => {
    expect(field('side')).toMatchObject({ minimum: null, maximum: null });
    expect(field('seed')).toMatchObject({ maximum: null });
  });

  it('makes nothing of a schema that is none', () => {
    expect(fieldsOf({})).toEqual([]);
    expect(fieldsOf({ properties: { x: null, y: 3 } })).toEqual([]);
  });

  it('reads every model of the catalogue, whose defaults are all valid', () => {
    for (const model of MODEL_CATALOGUE) {
      const read = fieldsOf(z.toJSONSchema(model.hyperparameters, { io: 'input' }));
      expect(read.map((one) => one.name)).toEqual(Object.keys(model.hyperparameters.shape));
      const values = initialValues(read);
      expect(read.filter((one) => errorOf(one, values[one.name]) !== null)).toEqual([]);
      expect(changedValues(read, values)).toEqual({});
      expect(model.hyperparameters.safeParse({ ...changedValues(read, { ...values, epochs: 3 }) }).success).toBe(true);
    }
  });
});

describe('errorOf', () => {
  it.each([
    ['epochs', 10, null],
    ['epochs', '', 'required'],
    ['epochs', 1.5, 'not-whole'],
    ['epochs', 0, 'too-small'],
    ['epochs', 101, 'too-large'],
    ['epochs', '1e', 'not-a-number'],
    ['epochs', '7', null],
    ['rate', 0, 'too-small'],
    ['rate', 1, null],
    ['mode', 'c', 'not-a-choice'],
    ['name', 'abcdef', 'too-long'],
    ['name', '', 'required'],
    ['flag', false, null],
  ] as const)('%s = %j: %s', (name, value, expected) => {
    expect(errorOf(field(name), value)).toBe(expected);
  });
});

describe('changedValues', () => {
  it('sends only what was chosen, as the type that the schema asks for', () => {
    expect(changedValues(fields, { ...initialValues(fields), epochs: '12', rate: 0.003, mode: 'b', name: '' })).toEqual({ epochs: 12, mode: 'b' });
    expect(changedValues(fields, { flag: false })).toEqual({ flag: false });
  });
});

describe('stepOf', () => {
  it('suits the size of the default', () => {
    const step = (initial: number | null, integer = false): number => stepOf({ ...(field('rate') as NumberField), initial, integer });
    expect([step(0.003), step(1e-4), step(0.2), step(64, true), step(0), step(null)]).toEqual([0.001, 0.0001, 0.1, 1, 0.1, 0.1]);
  });
});

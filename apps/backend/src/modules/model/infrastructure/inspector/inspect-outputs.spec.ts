import type { ModelAdapter } from '@app/contracts';
import { describe, expect, it } from 'vitest';
import { outputFindings } from './inspect-outputs.js';

const ADAPTER: ModelAdapter = {
  output_format: 'boxes/1',
  task_type: 'object_detection',
  multi_label: false,
  classes: [{ id: 7, name: 'cat' }, { id: null, name: 'kite' }],
  input_size: [100, 60],
  preprocessing: { layout: 'NCHW', colour: 'BGR', fit: 'stretch', scale: 1, mean: 0, deviation: 1 },
};
type Outputs = Parameters<typeof outputFindings>[0];
const floats = (dims: number[], value = 0.5): Outputs[string] => ({ dims, data: new Float32Array(dims.reduce((product, one) => product * one, 1)).fill(value) });
const codes = (outputs: Outputs): string[] => outputFindings(outputs, ADAPTER).map((one) => `${one.code} ${/"(\w+)"/.exec(one.message)?.[1] ?? ''}`);

describe('the outputs of an uploaded detector', () => {
  it('are boxes and scores of as many, of the declared classes', () => {
    expect(codes({ boxes: floats([1, 5, 4], 90), scores: floats([1, 5, 2]), other: floats([3]) })).toEqual([]);
  });

  it.each<[string, Outputs, string[]]>([
    ['nothing', {}, ['missing-output boxes', 'missing-output scores']],
    ['boxes alone', { boxes: floats([1, 5, 4]) }, ['missing-output scores']],
    ['five numbers a box', { boxes: floats([1, 5, 5]), scores: floats([1, 5, 2]) }, ['wrong-output boxes']],
    ['no batch', { boxes: floats([5, 4]), scores: floats([5, 2]) }, ['wrong-output boxes', 'wrong-output scores']],
    ['scores of other boxes', { boxes: floats([1, 5, 4]), scores: floats([1, 6, 2]) }, ['wrong-output scores']],
    ['scores of more classes', { boxes: floats([1, 5, 4]), scores: floats([1, 5, 3]) }, ['wrong-output scores']],
    ['scores that are logits', { boxes: floats([1, 5, 4]), scores: floats([1, 5, 2], 3) }, ['wrong-output scores']],
    ['boxes that are no numbers', { boxes: floats([1, 5, 4], Number.NaN), scores: floats([1, 5, 2]) }, ['wrong-output boxes']],
    ['whole numbers', { boxes: { dims: [1, 1, 4], data: new BigInt64Array(4) }, scores: floats([1, 1, 2]) }, ['wrong-output boxes']],
  ])('are not %s', (_, outputs, expected) => expect(codes(outputs)).toEqual(expected));
});

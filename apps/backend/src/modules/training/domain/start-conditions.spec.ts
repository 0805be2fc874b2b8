import { describe, expect, it } from 'vitest';
import { unmetConditions, warningsOf, type TrainableFacts } from './start-conditions.js';

const facts = (changes: Partial<TrainableFacts> = {}): TrainableFacts => ({
  isValidated: true,
  taskType: 'image_classification',
  multiLabel: false,
  classes: [
    { id: 1, name: 'cat' },
    { id: 2, name: 'dog' },
  ],
  labeled: { train: 80, val: 20, unassigned: 0 },
  imagesByClass: new Map([
    [1, 50],
    [2, 50],
  ]),
  ...changes,
});
const codes = (changes: Partial<TrainableFacts>): string[] => unmetConditions(facts(changes)).map((one) => one.code);
const oneClass = { classes: [{ id: 1, name: 'cat' }], imagesByClass: new Map([[1, 100]]) };

describe('what a training needs', () => {
  it('is there', () => expect(codes({})).toEqual([]));

  it.each([
    ['no labeled image', { labeled: { train: 0, val: 0, unassigned: 0 } }, ['no-labeled-image']],
    ['one image and none for validation', { labeled: { train: 1, val: 0, unassigned: 0 } }, ['no-validation-image']],
    ['only images for validation', { labeled: { train: 0, val: 5, unassigned: 0 } }, ['no-training-image']],
    ['two images without a split', { labeled: { train: 0, val: 0, unassigned: 2 } }, []],
    ['one class', oneClass, ['too-few-classes']],
    ['one class that several labels may have or not', { ...oneClass, multiLabel: true }, []],
    ['one class to detect', { ...oneClass, taskType: 'object_detection' }, []],
    ['two classes of which the images show one', { imagesByClass: new Map([[1, 100]]) }, ['too-few-classes']],
    ['a zip that is still being read', { isValidated: false, classes: [] }, ['not-validated']],
    ['nothing at all', { classes: [], imagesByClass: new Map(), labeled: { train: 0, val: 0, unassigned: 0 } }, ['no-labeled-image', 'too-few-classes']],
  ] as [string, Partial<TrainableFacts>, string[]][])('%s', (_, changes, expected) => expect(codes(changes)).toEqual(expected));
});

describe('what is only said', () => {
  it.each([
    [{ imagesByClass: new Map([[1, 100]]) }, ['class-without-example']],
    [{ labeled: { train: 10, val: 5, unassigned: 0 } }, ['few-images']],
    [{ imagesByClass: new Map([[1, 96], [2, 4]]) }, ['strong-imbalance']],
    [{}, []],
  ] as [Partial<TrainableFacts>, string[]][])('%j', (changes, expected) => expect(warningsOf(facts(changes)).map((one) => one.code)).toEqual(expected));
});

import { modelAdapterSchema } from '@app/contracts';
import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../../api/types.js';
import { adapterOf, emptyForm, faultsOf, NOTHING, outputsOf, presetNumbers, presetOf, PRESETS, recoloured } from './adapter-form.js';
import { filledFrom } from './file-facts.js';

const CLASSES = [{ id: 3, name: 'Cat' }, { id: 7, name: '개' }, { id: 9, name: 'bird' }];
// Only what the form reads.
const dataset = { task_type: 'image_classification', multi_label: false, classes: CLASSES } as unknown as Dataset;
const form = emptyForm(dataset);

describe('how a model from elsewhere is used', () => {
  it('is at first the classes of the dataset in their order and the numbers of ImageNet, and what is sent is an adapter', () => {
    const adapter = adapterOf(form, dataset);
    expect(modelAdapterSchema.parse(adapter)).toEqual(adapter);
    expect(adapter).toMatchObject({ output_format: 'classification/1', classes: [{ id: 3 }, { id: 7 }, { id: 9 }], preprocessing: { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] } });
    expect([...faultsOf(form)]).toEqual([]);
  });

  it('maps outputs to classes by their names, each class once', () => {
    expect(outputsOf(['bird', 'CAT ', 'cat', 'Fox'], dataset).map((one) => one.classId)).toEqual([9, 3, null, null]);
  });

  it('says what is missing before anything is sent', () => {
    const [cat] = form.outputs;
    expect([...faultsOf({ ...form, outputs: [] })]).toEqual(['no-output']);
    expect([...faultsOf({ ...form, outputs: outputsOf(['cat', 'fox'], dataset) })]).toEqual(['unmapped']);
    expect([...faultsOf({ ...form, outputs: cat === undefined ? [] : [cat, cat] })]).toEqual(['twice']);
    expect([...faultsOf({ ...form, width: 2_049, deviation: [1, 0, 1], scale: Number.NaN })]).toEqual(['size', 'deviation', 'number']);
  });

  it('may leave outputs out, but not all of them', () => {
    const some = { ...form, outputs: outputsOf(['fox', 'cat'], dataset).map((one) => ({ ...one, classId: one.classId ?? NOTHING } as const)) };
    expect([...faultsOf(some)]).toEqual([]);
    const adapter = adapterOf(some, dataset);
    expect(modelAdapterSchema.parse(adapter).classes).toEqual([{ id: null, name: 'fox' }, { id: 3, name: 'cat' }]);
    expect([...faultsOf({ ...form, outputs: [{ name: 'fox', classId: NOTHING }] })]).toEqual(['no-output']);
  });

  it('has the format for any detector where boxes are wanted, and that of a model trained here where the file says so', () => {
    const boxes = { ...dataset, task_type: 'object_detection' } as const;
    expect(adapterOf(emptyForm(boxes), boxes).output_format).toBe('boxes/1');
    expect(filledFrom({ output_format: 'centers/1' }, emptyForm(boxes), boxes).format).toBe('centers/1');
    expect(filledFrom({ output_format: 'semantic/1' }, emptyForm(boxes), boxes).format).toBe('boxes/1');
  });

  it('knows a preset by its numbers', () => {
    expect(presetOf(form)).toBe('imagenet');
    expect(presetOf({ ...PRESETS.platform, colour: 'RGB', scale: 0.00392156862745098 })).toBe('platform');
    expect(presetOf({ ...PRESETS.unit, colour: 'RGB', mean: [0, 0, 0.1] })).toBeNull();
  });
});

describe('the order of the colours', () => {
  it('takes the numbers along, and a preset stays one', () => {
    const turned = { ...form, ...recoloured(form, 'BGR') };
    expect([turned.colour, turned.mean, presetOf(turned)]).toEqual(['BGR', [0.406, 0.456, 0.485], 'imagenet']);
    expect(presetNumbers('imagenet', 'BGR').deviation).toEqual([0.225, 0.224, 0.229]);
    expect(recoloured(turned, 'BGR').mean).toEqual([0.406, 0.456, 0.485]);
  });
});

describe('a file that says how it is used', () => {
  it('fills the form, with what its decoder needs beyond', () => {
    const facts = { class_names: '["bird","fox"]', class_ids: '[0,1]', input_size: '[96,64]', preprocessing: JSON.stringify({ layout: 'NHWC', colour: 'BGR', fit: 'stretch', scale: 1, mean: 0, deviation: 2 }), keypoint_counts: '[4,0]', epoch: '7' };
    expect(filledFrom(facts, form, dataset)).toEqual({
      ...{ format: 'classification/1', outputs: [{ name: 'bird', classId: 9 }, { name: 'fox', classId: null }], width: 96, height: 64, layout: 'NHWC', colour: 'BGR', fit: 'stretch' },
      ...{ scale: 1, mean: [0, 0, 0], deviation: [2, 2, 2], extra: { keypoint_counts: '[4,0]' } },
    });
  });

  it('leaves the form as it was where it says nothing that can be read', () => {
    expect(filledFrom({ class_names: '{', input_size: '"a"', preprocessing: '{"mean": "x"}' }, form, dataset)).toEqual(form);
  });
});

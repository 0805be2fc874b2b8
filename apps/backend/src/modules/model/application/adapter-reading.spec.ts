import { describe, expect, it } from 'vitest';
import { adapterOf } from './adapter-reading.js';

const FILE = {
  task_type: 'image_classification',
  multi_label: 'false',
  class_names: '["cat","dog"]',
  class_ids: '[3,7]',
  input_size: '[28,28]',
  preprocessing: '{"layout":"NCHW","colour":"RGB","fit":"contain, black","scale":0.00392156862745098,"mean":0.5,"deviation":0.25}',
  snapshot_sha256: 'f'.repeat(64),
  model: 'cnn-small',
  epoch: '3',
};

describe('an adapter', () => {
  it('is what the metadata of a file says', () => {
    const adapter = adapterOf({ ...FILE, output_format: 'classification/1', stride: '8' });
    expect(adapter).toMatchObject({ output_format: 'classification/1', classes: [{ id: 3, name: 'cat' }, { id: 7, name: 'dog' }], input_size: [28, 28], multi_label: false, extra: { stride: '8' } });
  });

  it('of a classification from before formats had names is classification/1, and of no other task', () => {
    expect(adapterOf(FILE)?.output_format).toBe('classification/1');
    expect(adapterOf({ ...FILE, task_type: 'object_detection' })).toBeNull();
  });

  it.each([
    ['names and ids of different number', { class_ids: '[3]' }],
    ['no JSON', { class_ids: '[3,' }],
    ['a size of nothing', { input_size: '[0,28]' }],
    ['a division by nothing', { preprocessing: FILE.preprocessing.replace('0.25', '0') }],
    ['an unknown format', { output_format: 'magic/9' }],
  ])('is not made of %s', (_, changed) => {
    expect(adapterOf({ ...FILE, ...changed })).toBeNull();
  });
});

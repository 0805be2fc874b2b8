import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Split } from '../image-labels.js';
import { resolveSplit, type SplitSources } from './resolve-split.js';
import { DEFAULT_SPLIT_RULE, readSplitConfig, writeSplitConfig, type SplitConfig } from './split-config.js';
import type { SplitImage } from './split-units.js';

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
const image = (id: number, split: Split | null = null): SplitImage => ({ id, sha256: sha(`image ${id}`), group: null, classIds: [0], split });
const many = (count: number, split: Split | null = null): SplitImage[] => Array.from({ length: count }, (_, index) => image(index + 1, split));
const automatic = DEFAULT_SPLIT_RULE;
const config = (method: SplitConfig['method']): SplitConfig => ({ method, seed: 8, ratio: { train: 0.5, val: 0.3, test: 0.2 }, groupPattern: null });
const resolve = (images: readonly SplitImage[], sources: Partial<SplitSources> = {}): ReturnType<typeof resolveSplit> => resolveSplit(images, { job: null, dataset: null, automatic, ...sources });
const assigned = [image(101, 'train'), image(102, 'val'), image(103, 'test')];

describe('resolveSplit', () => {
  it('keeps what the file says where it names a validation image, and trains on what it leaves open', () => {
    for (const dataset of [null, config('manual'), config('none')]) {
      const { source, sides } = resolve([...assigned, ...many(50)], { dataset });
      expect(source).toBe('dataset');
      for (const one of assigned) expect(sides.get(one.id)).toBe(one.split);
      for (const one of many(50)) expect(sides.get(one.id)).toBe('train');
    }
  });

  it('deals what is left open by the rule of the dataset, where that deals', () => {
    for (const method of ['auto', 'partial'] as const) {
      const { source, rule, sides } = resolve([...assigned, ...many(200)], { dataset: config(method) });
      expect({ source, rule }).toEqual({ source: 'dataset', rule: config(method) });
      for (const one of assigned) expect(sides.get(one.id)).toBe(one.split);
      expect(new Set(many(200).map((one) => sides.get(one.id)))).toEqual(new Set(['train', 'val', 'test']));
    }
  });

  it('deals all by the rule of the dataset, where none of its images validates', () => {
    const { source, rule, sides } = resolve(many(200, 'train'), { dataset: config('auto') });
    expect({ source, rule }).toEqual({ source: 'dataset', rule: config('auto') });
    expect([...sides.values()].filter((side) => side === 'val').length).toBeGreaterThan(30);
  });

  it('takes some to validate with where the file names none, but never one that is kept to test with, nor its like', () => {
    const images = [...many(50, 'train'), image(103, 'test'), { ...image(104), sha256: image(103).sha256 }];
    const { source, rule, sides } = resolve(images);
    expect({ source, rule }).toEqual({ source: 'automatic', rule: automatic });
    expect([sides.get(103), sides.get(104)]).toEqual(['test', 'test']);
    expect([...sides.values()].filter((side) => side === 'val').length).toBeGreaterThan(0);
  });

  it("puts a job's own rule above the dataset's, except that its test images stay out", () => {
    const job = { seed: 3, ratio: { train: 0.5, val: 0.5, test: 0 }, groupPattern: null };
    const { source, rule, sides } = resolve([...many(200, 'train'), ...assigned], { job, dataset: config('auto') });
    expect({ source, rule }).toEqual({ source: 'job', rule: job });
    expect(sides.get(103)).toBe('test');
    expect([...sides.values()].filter((side) => side === 'val').length).toBeGreaterThan(70);
  });

  it('keeps equal images on the side that the file gave to one of them', () => {
    const { sides } = resolve(many(40).flatMap((one) => [{ ...one, split: 'val' as const }, { ...one, id: one.id + 100 }]));
    expect([...sides.values()].every((side) => side === 'val')).toBe(true);
  });

  it('has no rule to tell of where there was nothing to deal', () => {
    expect(resolve(assigned).rule).toBeNull();
  });
});

describe('split_config', () => {
  it('comes back as it was written', () => {
    for (const one of [config('auto'), { ...config('partial'), groupPattern: '{group}_*' }, { ...config('manual'), ratio: automatic.ratio }]) expect(readSplitConfig(JSON.parse(JSON.stringify(writeSplitConfig(one))))).toEqual(one);
  });

  it.each([
    [{ method: 'auto', default_ratio: 0.75 }, { train: 0.75, val: 0.25, test: 0 }],
    [{ method: 'auto', default_ratio: { train: 80, val: 10, test: 10 } }, { train: 0.8, val: 0.1, test: 0.1 }],
    [{ method: 'auto', default_ratio: { train: 1, val: -1 }, seed: 'x', group_pattern: '(a+)+' }, automatic.ratio],
    [{ method: 'auto' }, automatic.ratio],
  ])('of other writers is read as far as it makes sense: %j', (value, ratio) => {
    expect(readSplitConfig(value)).toEqual({ method: 'auto', seed: 1, ratio, groupPattern: null });
  });

  it.each([null, [], 'auto', {}, { method: 'random' }])('%j is none', (value) => expect(readSplitConfig(value)).toBeNull());
});

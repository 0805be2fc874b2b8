import { describe, expect, it } from 'vitest';
import { formOf, ruleOf, sumOf } from './split-rule.js';

describe('the rule of splits as a form', () => {
  it('begins with the dataset’s own, and says the same again', () => {
    const config = { method: 'partial' as const, default_ratio: { train: 0.7, val: 0.2, test: 0.1 }, seed: 9, group_pattern: '{group}_*.jpg' };
    expect(ruleOf(formOf(config))).toEqual(config);
    expect(sumOf(formOf(config))).toBe(100);
  });

  it('is the usual one where there is none, without groups', () => {
    expect(ruleOf(formOf(null))).toEqual({ method: 'auto', default_ratio: { train: 0.8, val: 0.2, test: 0 }, seed: 1, group_pattern: null });
  });

  it('has no shares where nothing is dealt', () => {
    expect(ruleOf({ ...formOf(null), method: 'none' })).toEqual({ method: 'none' });
  });
});

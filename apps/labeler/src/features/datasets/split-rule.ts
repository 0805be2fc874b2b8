import type { SplitRule, Splits } from '../../api/types.js';

export const METHODS = ['auto', 'partial', 'manual', 'none'] as const satisfies readonly SplitRule['method'][];
export const SHARES = ['train', 'val', 'test'] as const;
export type Share = (typeof SHARES)[number];

/** The rule as it is filled in: shares in percent. */
export interface SplitForm {
  readonly method: SplitRule['method'];
  readonly percent: Readonly<Record<Share, number>>;
  readonly seed: number;
  readonly group: string;
}

const DEFAULT: SplitForm = { method: 'auto', percent: { train: 80, val: 20, test: 0 }, seed: 1, group: '' };

/** The dataset's own rule, else the usual one. */
export function formOf(config: Splits['config']): SplitForm {
  if (config === null) return DEFAULT;
  const { train, val, test } = config.default_ratio;
  return { method: config.method, percent: { train: Math.round(train * 100), val: Math.round(val * 100), test: Math.round(test * 100) }, seed: config.seed, group: config.group_pattern ?? '' };
}

export const sumOf = ({ percent }: SplitForm): number => percent.train + percent.val + percent.test;
/** Whether images are dealt at all: only then shares, seed and groups matter. */
export const isDealt = ({ method }: Pick<SplitForm, 'method'>): boolean => method === 'auto' || method === 'partial';

export function ruleOf(form: SplitForm): SplitRule {
  if (!isDealt(form)) return { method: form.method };
  const { train, val, test } = form.percent;
  return { method: form.method, default_ratio: { train: train / 100, val: val / 100, test: test / 100 }, seed: form.seed, group_pattern: form.group.trim() === '' ? null : form.group.trim() };
}

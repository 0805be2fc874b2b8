import { isObject, isText } from '../json-access.js';
import { GroupPattern } from './group-pattern.js';

export const SPLIT_METHODS = ['auto', 'partial', 'manual', 'none'] as const;
/** auto: the rule deals all images; partial: those without a side; manual: sides are set by hand; none: no image has one. */
export type SplitMethod = (typeof SPLIT_METHODS)[number];

/** Shares of the images, each 0..1; together 1. */
export interface SplitRatio {
  readonly train: number;
  readonly val: number;
  readonly test: number;
}

export interface SplitRule {
  readonly seed: number;
  readonly ratio: SplitRatio;
  /** As GroupPattern reads it; null: every image stands for itself. */
  readonly groupPattern: string | null;
}

export interface SplitConfig extends SplitRule {
  readonly method: SplitMethod;
}

export const DEFAULT_SPLIT_RULE: SplitRule = { seed: 1, ratio: { train: 0.8, val: 0.2, test: 0 }, groupPattern: null };

/** `split_config` as a label file has it (design of the format: `{method, default_ratio, seed, splits}`; `group_pattern` is ours). */
export function writeSplitConfig({ method, ratio, seed, groupPattern }: SplitConfig): Record<string, unknown> {
  const splits = ratio.test > 0 ? ['train', 'val', 'test'] : ['train', 'val'];
  return { method, default_ratio: { ...ratio }, seed, splits, ...(groupPattern === null ? {} : { group_pattern: groupPattern }) };
}

/**
 * Reads a `split_config` of any writer: what is missing or makes no sense is taken from the default rule, a ratio may be a number (the share that
 * trains) or shares of any sum. Null where it names no method that is known.
 */
export function readSplitConfig(value: unknown): SplitConfig | null {
  if (!isObject(value)) return null;
  const method = SPLIT_METHODS.find((one) => one === value['method']);
  if (method === undefined) return null;
  const { seed, group_pattern: groupPattern } = value;
  return {
    method,
    seed: typeof seed === 'number' && Number.isSafeInteger(seed) ? seed : DEFAULT_SPLIT_RULE.seed,
    ratio: ratioOf(value['default_ratio']) ?? DEFAULT_SPLIT_RULE.ratio,
    groupPattern: isText(groupPattern) && isPattern(groupPattern) ? groupPattern : null,
  };
}

function ratioOf(value: unknown): SplitRatio | null {
  if (typeof value === 'number') return value > 0 && value < 1 ? { train: value, val: 1 - value, test: 0 } : null;
  if (!isObject(value)) return null;
  const [train, val, test] = [share(value['train']), share(value['val']), share(value['test'])];
  const total = train + val + test;
  // Shares of 1 stay as they are written: divided by almost 1 they would come back as others.
  const sum = Math.abs(total - 1) < 1e-6 ? 1 : total;
  return train > 0 && val > 0 ? { train: train / sum, val: val / sum, test: test / sum } : null;
}

const share = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0);

function isPattern(text: string): boolean {
  try {
    GroupPattern.parse(text);
    return true;
  } catch {
    return false;
  }
}

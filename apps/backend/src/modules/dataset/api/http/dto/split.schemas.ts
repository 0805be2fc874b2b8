import { DEFAULT_SPLIT_RULE, GroupPattern, MAX_PATTERN_LENGTH, SPLIT_METHODS, type SplitConfig } from '@app/dice-format';
import { DomainError, isShowable } from '@app/kernel';
import { z } from 'zod';
import { SPLIT_WARNINGS } from '../../../application/split-warnings.js';

const count = z.number().int().nonnegative();
const share = z.number().min(0).max(1);
const ratio = z.strictObject({ train: share, val: share, test: share.default(0) });

const sums = ({ train, val, test }: z.infer<typeof ratio>): boolean => Math.abs(train + val + test - 1) < 1e-6;

/** What the pattern lacks, as a finding of its own field. */
function checkPattern(pattern: string, context: z.RefinementCtx): void {
  if (!isShowable(pattern)) context.addIssue({ code: 'custom', message: 'no control characters' });
  try {
    GroupPattern.parse(pattern);
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof DomainError ? error.detail : 'not a pattern' });
  }
}

/** A rule, for a dataset or for one training. */
export const splitRuleFields = {
  default_ratio: ratio
    .refine((value) => value.train > 0 && value.val > 0, 'train and val are above 0')
    .refine(sums, 'the shares sum up to 1')
    .default({ ...DEFAULT_SPLIT_RULE.ratio }),
  seed: z.number().int().min(0).max(2_147_483_647).default(DEFAULT_SPLIT_RULE.seed),
  group_pattern: z.string().min(1).max(MAX_PATTERN_LENGTH).superRefine(checkPattern).nullable().default(null).describe('images of one group are on one side: {group}_*.jpg; see docs/splits.md'),
};

export const splitRequest = z.strictObject({
  method: z.enum(SPLIT_METHODS).describe('auto: the rule deals all images, and new ones as they come; partial: those without a side, now; manual: sides stay as they are; none: no image has one'),
  ...splitRuleFields,
});
export type SplitRequest = z.infer<typeof splitRequest>;

export function configOf({ method, default_ratio: given, seed, group_pattern: groupPattern }: SplitRequest): SplitConfig {
  return { method, ratio: given, seed, groupPattern };
}

const counts = { train: count, val: count, test: count, unassigned: count };

export const splitResponse = z.object({
  revision: count.describe('for If-Match'),
  config: z.object({ method: z.enum(SPLIT_METHODS), default_ratio: z.object({ train: share, val: share, test: share }), seed: z.number().int(), group_pattern: z.string().nullable() }).nullable().describe('null: none was set'),
  counts: z.object(counts),
  classes: z.array(z.object({ id: z.number().int(), name: z.string(), ...counts })).describe('images that show a class'),
});

export const plannedSplitResponse = splitResponse.extend({
  changed: count.describe('images that change sides'),
  warnings: z.array(z.object({ code: z.enum(SPLIT_WARNINGS), message: z.string(), count: count.describe('of classes, groups or images, as the message says'), class_ids: z.array(z.number().int()) })),
});

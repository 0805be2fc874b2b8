import { z } from 'zod';

/** How images are dealt to train, validate and test; see docs/splits.md. */
export const splitRuleSchema = z.object({
  default_ratio: z.object({ train: z.number().min(0).max(1), val: z.number().min(0).max(1), test: z.number().min(0).max(1) }),
  seed: z.number().int(),
  group_pattern: z.string().max(200).nullable(),
});
export type SplitRuleMessage = z.infer<typeof splitRuleSchema>;

/** What became of it in one training. Counts are of labeled images that can be decoded; those that the dataset keeps to test with are not tried. */
export const resolvedSplitSchema = z.object({
  /** Who decided: the job's own rule, the dataset, or nobody but the automatic rule. */
  source: z.enum(['job', 'dataset', 'automatic']),
  /** Which dealt the images that had no side; null: there was none. */
  rule: splitRuleSchema.nullable(),
  train: z.number().int().nonnegative(),
  val: z.number().int().nonnegative(),
  test: z.number().int().nonnegative(),
});
export type ResolvedSplitMessage = z.infer<typeof resolvedSplitSchema>;

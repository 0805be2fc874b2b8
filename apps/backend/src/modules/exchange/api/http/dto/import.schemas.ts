import { FORMAT_NAMES } from '@app/dataset-formats';
import { z } from 'zod';

export const importQuery = z.strictObject({
  format: z.enum(['auto', ...FORMAT_NAMES]).default('auto'),
  dry_run: z.enum(['true', 'false']).default('false').meta({ description: 'only say what would be found and what the classes would become' }),
  on_labeled: z.enum(['replace', 'skip']).default('replace').meta({ description: 'skip: images that have labels keep them' }),
  on_error: z.enum(['refuse', 'skip']).default('refuse').meta({ description: 'refuse: one error and nothing is written; skip: what is wrong is left out' }),
});
export type ImportQuery = z.infer<typeof importQuery>;

const classTarget = z.union([z.int().min(0).max(2_147_483_647), z.literal('create'), z.literal('skip')]);
/** By the names of the file's classes; `*` for all others. */
export const classMapping = z.record(z.string().min(1).max(1000), classTarget);

const count = z.int().min(0);
const finding = z.object({ code: z.string(), message: z.string(), entry: z.string().optional(), pointer: z.string().optional(), hint: z.string().optional() });

export const importResponse = z.object({
  dry_run: z.boolean(),
  format: z.enum(FORMAT_NAMES),
  images: z.object({ found: count, matched: count, unknown: count, without_labels: count, changed: count, unchanged: count, kept: count, refused: count }),
  objects: count,
  classes: z.array(z.object({ name: z.string(), count, target: classTarget.nullable() })),
  errors: z.array(finding),
  errors_total: count,
  warnings: z.array(finding),
});

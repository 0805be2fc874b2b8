import { datasetIdSchema } from '@app/contracts';
import { z } from 'zod';
import type { PlannedPurge } from '../../../application/queries/plan-purge/plan-purge.query.js';

export const purgePlanQuery = z.strictObject({ limit: z.coerce.number().int().min(1).max(200).default(50) });
export type PurgePlanRequest = z.infer<typeof purgePlanQuery>;

export const purgePlanResponse = z.object({
  items: z
    .array(
      z.object({
        id: datasetIdSchema,
        name: z.string(),
        deleted_at: z.iso.datetime(),
        purge_at: z.iso.datetime().describe('from then on it is removed for good'),
        due: z.boolean(),
        going: z.boolean().describe('its removal began: it cannot be taken back'),
        num_images: z.number().int(),
        image_bytes: z.number().int().describe('of its live images; registered ones stay in the bucket'),
      }),
    )
    .describe('oldest first'),
});
export type PurgePlanResponse = z.infer<typeof purgePlanResponse>;

export function toPurgePlan(planned: readonly PlannedPurge[]): PurgePlanResponse {
  return {
    items: planned.map((one) => ({
      id: one.id,
      name: one.name,
      deleted_at: one.deletedAt.toISOString(),
      purge_at: one.purgeAt.toISOString(),
      due: one.isDue,
      going: one.isGoing,
      num_images: one.numImages,
      image_bytes: one.imageBytes,
    })),
  };
}

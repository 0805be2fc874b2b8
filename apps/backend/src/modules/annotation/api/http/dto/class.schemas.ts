import { datasetIdSchema } from '@app/contracts';
import { z } from 'zod';

const LARGEST_ID = 2_147_483_647;
const MOST_CLASSES = 10_000;
const MOST_KEYPOINTS = 1_000;

const classId = z.number().int().min(0).max(LARGEST_ID);
const color = z.string().regex(/^#[0-9a-fA-F]{6}$/, '#RRGGBB');
const details = {
  supercategory: z.string().min(1).max(200).nullable().optional(),
  keypoints: z.array(z.string().min(1).max(200)).min(1).max(MOST_KEYPOINTS).nullable().optional().describe('names; fixed once an image shows the class'),
  skeleton: z.array(z.tuple([z.number().int().min(0), z.number().int().min(0)])).max(MOST_KEYPOINTS).nullable().optional().describe('pairs of keypoints that are joined'),
};
const name = z.string().min(1).max(510).describe('1 to 255 characters, unique in the dataset');

export const datasetPath = z.object({ id: datasetIdSchema });
export const classPath = z.object({ id: datasetIdSchema, class_id: z.coerce.number().pipe(classId) });
export type ClassPathValue = z.infer<typeof classPath>;

export const addClassRequest = z.strictObject({ name, color: color.optional().describe('default: the next of a palette'), ...details });
export type AddClassRequest = z.infer<typeof addClassRequest>;

export const changeClassRequest = z.strictObject({ name: name.optional(), color: color.optional(), ...details }).refine((change) => Object.values(change).some((value) => value !== undefined), 'at least one field');
export type ChangeClassRequest = z.infer<typeof changeClassRequest>;

export const orderRequest = z.strictObject({ class_ids: z.array(classId).max(MOST_CLASSES).describe('every class once, in the new order') });
export type OrderRequest = z.infer<typeof orderRequest>;

export const mergeRequest = z.strictObject({ into: classId });
export type MergeRequest = z.infer<typeof mergeRequest>;

export const classesResponse = z.object({
  revision: z.number().int().describe('the ETag'),
  classes: z.array(
    z.object({
      id: z.number().int(),
      name: z.string(),
      color: z.string(),
      supercategory: z.string().nullable(),
      keypoints: z.array(z.string()).nullable(),
      skeleton: z.array(z.array(z.number())).nullable(),
      image_count: z.number().int().describe('images that show it'),
    }),
  ),
});

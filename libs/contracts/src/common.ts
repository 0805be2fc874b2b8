import { z } from 'zod';

export const TASK_TYPES = [
  'image_classification',
  'object_detection',
  'instance_segmentation',
  'semantic_segmentation',
  'pose_estimation',
] as const;
export const taskTypeSchema = z.enum(TASK_TYPES);
export type TaskType = z.infer<typeof taskTypeSchema>;

/** `platform-{slug}-{8 hex}`, made by the server; slug is ASCII, at most 48 characters. */
export const datasetIdSchema = z.string().regex(/^platform-[a-z0-9]+(?:-[a-z0-9]+)*-[0-9a-f]{8}$/).max(80);
export const jobIdSchema = z.uuid();
/** `sha256:` is not written here: 64 lower-case hex digits. */
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);
export const objectKeySchema = z.string().min(1).max(1024);
export const versionSchema = z.number().int().positive();

import { z } from 'zod';
import { datasetIdSchema, jobIdSchema, objectKeySchema, sha256Schema, taskTypeSchema } from '../common.js';
import { usableModelSchema } from '../model/model-rpc.v1.js';
import { predictedObjectSchema } from './prediction.js';

/** What a job does: learn, measure a model on a version, or say what a model sees in images. */
export const JOB_KINDS = ['training', 'evaluation', 'prelabel'] as const;
export const jobKindSchema = z.enum(JOB_KINDS);
export type JobKind = z.infer<typeof jobKindSchema>;

/** One line of the NDJSON that names the images of a job. */
export const inferenceImageSchema = z.object({
  image_id: z.number().int().positive(),
  key: objectKeySchema,
  size_bytes: z.number().int().positive(),
  sha256: sha256Schema,
  /** What people say of it; in an evaluation. Class -1: pixels that are not to be looked at, in a semantic mask. */
  truth: z.array(predictedObjectSchema.omit({ score: true }).extend({ class_id: z.number().int().min(-1), iscrowd: z.literal(1).optional() })).max(10_000).optional(),
});
export type InferenceImage = z.infer<typeof inferenceImageSchema>;

/** All that a worker may rely on when it uses a model: the counterpart of a training's grant. */
export const inferenceGrantSchema = z.object({
  kind: z.enum(['evaluation', 'prelabel']),
  job_id: jobIdSchema,
  attempt: z.number().int().positive(),
  fencing_token: z.uuid(),
  expires_at: z.iso.datetime(),
  lease_seconds: z.number().int().positive(),
  dataset_id: datasetIdSchema,
  task_type: taskTypeSchema,
  model: usableModelSchema,
  /** NDJSON of `inferenceImageSchema`. */
  images: z.object({ key: objectKeySchema, size_bytes: z.number().int().positive(), sha256: sha256Schema, count: z.number().int().positive() }),
  /** Objects below it are left out. */
  min_score: z.number().min(0).max(1),
});
export type InferenceGrant = z.infer<typeof inferenceGrantSchema>;

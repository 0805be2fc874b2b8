import { resolvedSplitSchema, taskTypeSchema, trainingGrantSchema } from '@app/contracts';
import { z } from 'zod';

const objectSchema = z.object({ url: z.url(), size_bytes: z.number().int().positive(), sha256: z.string() });
const { job_id, attempt, model, hyperparameters, split, snapshot } = trainingGrantSchema.shape;

/** What the helper containers of a trainer's pod may do: read these two objects, and hand out files to whoever has the token. The trainer does not see it. */
export const podGrantSchema = z.object({
  job_id,
  attempt,
  model,
  task_type: taskTypeSchema,
  hyperparameters,
  split,
  epochs: z.number().int().positive(),
  layout: z.enum(['dice', 'yolo']),
  model_format: z.string(),
  snapshot: objectSchema.extend({ version: snapshot.shape.version }),
  resume: objectSchema.extend({ epoch: z.number().int().positive() }).nullable(),
  token: z.string().min(32),
  courier_port: z.number().int().min(1).max(65_535),
});
export type PodGrant = z.infer<typeof podGrantSchema>;

/** How the data were laid out, or why not: the termination message of the container that does it (4,096 bytes at most). */
export const podPreparedSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), train_images: z.number().int().positive(), split: resolvedSplitSchema }),
  z.object({ ok: z.literal(false), code: z.string(), detail: z.string(), retryable: z.boolean() }),
]);
export type PodPrepared = z.infer<typeof podPreparedSchema>;

/** Where both containers find it, and the folder that they share with the trainer. */
export const GRANT_FOLDER = '/vision/grant';
export const GRANT_FILE = 'grant.json';
export const SHARED_FOLDER = '/vision/work';
/** Inside the shared volume; the volume's root belongs to nobody in particular. */
export const JOB_FOLDER = `${SHARED_FOLDER}/job`;

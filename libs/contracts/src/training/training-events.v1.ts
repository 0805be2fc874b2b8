import { z } from 'zod';
import { datasetIdSchema, jobIdSchema, objectKeySchema, sha256Schema } from '../common.js';
import { defineEvent } from '../envelope/cloud-event.js';
import { epochMetricsSchema } from './epoch-metrics.js';
import { resolvedSplitSchema } from './split.js';

const STREAM = 'VISION_TRAINING';

export const trainingRequestedV1 = defineEvent({
  subject: 'vision.training.job.requested.v1',
  stream: STREAM,
  summary: 'A user asked for a training; its snapshot is needed.',
  data: z.object({
    job_id: jobIdSchema,
    dataset_id: datasetIdSchema,
    snapshot_version: z.number().int().positive().optional(),
    requested_by: z.uuid(),
  }),
});
export type TrainingRequestedV1 = z.infer<typeof trainingRequestedV1.data>;

/** Work for a training worker: ids only. Everything else comes from the verification, so that a forged message buys nothing. */
export const trainingDispatchedV1 = defineEvent({
  subject: 'vision.training.job.dispatched.v1',
  stream: 'VISION_TRAINING_WORK',
  hasLanes: true,
  summary: 'A job waits for a worker.',
  data: z.object({ job_id: jobIdSchema }),
});
export type TrainingDispatchedV1 = z.infer<typeof trainingDispatchedV1.data>;

/**
 * What every report of a worker carries. `sequence` counts the reports of one attempt from 1 without gaps; the worker keeps a
 * report until the backend says that it has seen it (`reportsSeenRpcV1`), so that a broker that lost its disk loses no report.
 */
const report = {
  job_id: jobIdSchema,
  attempt: z.number().int().positive(),
  fencing_token: z.uuid(),
  sequence: z.number().int().positive(),
};

export const trainingStartedV1 = defineEvent({
  subject: 'vision.training.job.started.v1',
  stream: STREAM,
  summary: 'A worker has read the snapshot and begins (or resumes) training.',
  data: z.object({ ...report, worker_id: z.string().min(1).max(100), engine: z.string().max(50), epochs: z.number().int().positive(), resumed_from_epoch: z.number().int().nonnegative(), split: resolvedSplitSchema.optional(), code_version: z.string().max(100).optional() }),
});
export type TrainingStartedV1 = z.infer<typeof trainingStartedV1.data>;

export const trainingProgressedV1 = defineEvent({
  subject: 'vision.training.job.progressed.v1',
  stream: STREAM,
  summary: 'Progress of a running job: inside an epoch (no metrics), or at its end (with metrics); log lines since the last report.',
  data: z.object({
    ...report,
    phase: z.enum(['downloading', 'decoding', 'training', 'evaluating', 'uploading']),
    epoch: z.number().int().nonnegative(),
    epochs: z.number().int().positive(),
    /** Fraction of the whole job, 0..1. */
    progress: z.number().min(0).max(1),
    images_per_second: z.number().nonnegative().nullable(),
    seconds_left: z.number().nonnegative().nullable(),
    metrics: epochMetricsSchema.optional(),
    log: z.array(z.string().max(500)).max(100).optional(),
  }),
});
export type TrainingProgressedV1 = z.infer<typeof trainingProgressedV1.data>;

export const storedObjectSchema = z.object({ key: objectKeySchema, size_bytes: z.number().int().positive(), sha256: sha256Schema });

export const trainingCheckpointedV1 = defineEvent({
  subject: 'vision.training.job.checkpointed.v1',
  stream: STREAM,
  summary: 'A checkpoint of an epoch lies in the store.',
  data: z.object({ ...report, epoch: z.number().int().positive(), kind: z.enum(['state', 'model']), ...storedObjectSchema.shape }),
});
export type TrainingCheckpointedV1 = z.infer<typeof trainingCheckpointedV1.data>;

export const trainingCompletedV1 = defineEvent({
  subject: 'vision.training.job.completed.v1',
  stream: STREAM,
  summary: 'The job is done and its final model lies in the store.',
  data: z.object({ ...report, best_epoch: z.number().int().positive(), final_model: storedObjectSchema, examples: storedObjectSchema.optional() }),
});
export type TrainingCompletedV1 = z.infer<typeof trainingCompletedV1.data>;

export const trainingPredictedV1 = defineEvent({
  subject: 'vision.training.job.predicted.v1',
  stream: STREAM,
  summary: 'A job that uses a model is done; what the model says of the images lies in the store as NDJSON.',
  data: z.object({
    ...report,
    predictions: storedObjectSchema,
    /** Lines of the NDJSON. */
    images: z.number().int().nonnegative(),
    /** Images that could not be read or decoded. */
    failed_images: z.number().int().nonnegative(),
  }),
});
export type TrainingPredictedV1 = z.infer<typeof trainingPredictedV1.data>;

export const trainingFailedV1 = defineEvent({
  subject: 'vision.training.job.failed.v1',
  stream: STREAM,
  summary: 'The attempt failed. `retryable` asks for another attempt; otherwise the job is failed for good.',
  data: z.object({ ...report, code: z.string().max(60), detail: z.string().max(1000), retryable: z.boolean(), log: z.array(z.string().max(500)).max(100).optional() }),
});
export type TrainingFailedV1 = z.infer<typeof trainingFailedV1.data>;

export const trainingCancelledV1 = defineEvent({
  subject: 'vision.training.job.cancelled.v1',
  stream: STREAM,
  summary: 'The worker stopped because the job was cancelled; its temporary files are gone.',
  data: z.object({ ...report }),
});
export type TrainingCancelledV1 = z.infer<typeof trainingCancelledV1.data>;

/** Core NATS, every 10 s, not kept: proof of life of an attempt. */
export const workerHeartbeatV1 = {
  subject: 'vision.training.worker.heartbeat.v1',
  data: z.object({ worker_id: z.string().min(1).max(100), job_id: jobIdSchema, attempt: z.number().int().positive(), fencing_token: z.uuid() }),
  summary: 'A worker is alive and works on this attempt.',
} as const;
export type WorkerHeartbeatV1 = z.infer<typeof workerHeartbeatV1.data>;

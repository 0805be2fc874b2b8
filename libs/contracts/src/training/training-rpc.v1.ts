import { z } from 'zod';
import { datasetIdSchema, jobIdSchema, objectKeySchema, sha256Schema, taskTypeSchema, versionSchema } from '../common.js';
import { defineRpc } from '../envelope/cloud-event.js';
import { inferenceGrantSchema } from './inference.js';
import { splitRuleSchema } from './split.js';

const attemptRef = { job_id: jobIdSchema, attempt: z.number().int().positive(), fencing_token: z.uuid() };

/** All that a worker may rely on: it came from the backend, after the permission was checked. */
export const trainingGrantSchema = z.object({
  kind: z.literal('training').optional(),
  ...attemptRef,
  /** After this time the grant is dead unless heartbeats kept the lease. */
  expires_at: z.iso.datetime(),
  lease_seconds: z.number().int().positive(),
  dataset_id: datasetIdSchema,
  task_type: taskTypeSchema,
  snapshot: z.object({ version: versionSchema, key: objectKeySchema, size_bytes: z.number().int().positive(), sha256: sha256Schema }),
  model: z.string().max(60),
  /** Complete: defaults are filled in by the backend. */
  hyperparameters: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  /** The job's own rule; null: the version says it (`split`, `split_config`), else the automatic rule. */
  split: splitRuleSchema.nullable(),
  /** A model whose weights the training begins with. */
  init_from: z.object({ key: objectKeySchema, size_bytes: z.number().int().positive(), sha256: sha256Schema }).nullable().optional(),
  resume_from: z.object({ epoch: z.number().int().positive(), key: objectKeySchema, size_bytes: z.number().int().positive(), sha256: sha256Schema }).nullable(),
});
export type TrainingGrant = z.infer<typeof trainingGrantSchema>;

/** Told apart by `kind`; a training's may leave it out. */
export const workGrantSchema = z.union([inferenceGrantSchema, trainingGrantSchema]);
export type WorkGrant = z.infer<typeof workGrantSchema>;

/** "May I?" `claim_id` makes a repeat by the same worker answer the same grant; another worker gets `state-conflict`. */
export const verifyJobRpcV1 = defineRpc({
  subject: 'vision.training.rpc.verify-job.v1',
  summary: 'A worker asks whether it may run a job, before it reads one byte.',
  /** What the worker can run it has said in its hello; a job of a model that it does not offer stays in the queue (`unavailable`). */
  request: z.object({ job_id: jobIdSchema, worker_id: z.string().min(1).max(100), claim_id: z.uuid() }),
  reply: workGrantSchema,
});

export const checkpointUploadRpcV1 = defineRpc({
  subject: 'vision.training.rpc.checkpoint-upload.v1',
  summary: 'A presigned PUT for exactly this object of this attempt.',
  request: z.object({
    ...attemptRef,
    /** `epoch` counts from 1 (for `final` the epoch whose weights it has); `attempt_suffix` asks for the key that a differing repeat goes to. */
    kind: z.enum(['state', 'model', 'final', 'metrics', 'examples', 'predictions']),
    epoch: z.number().int().positive(),
    size_bytes: z.number().int().positive(),
    sha256: sha256Schema,
    attempt_suffix: z.boolean().default(false),
  }),
  reply: z.object({ key: objectKeySchema, url: z.url(), headers: z.record(z.string(), z.string()), expires_at: z.iso.datetime() }),
});

export const jobCancelledRpcV1 = defineRpc({
  subject: 'vision.training.rpc.cancelled.v1',
  summary: 'Whether the attempt is still wanted. `stop` is true after a cancel and for a stale attempt.',
  request: z.object(attemptRef),
  reply: z.object({ stop: z.boolean(), reason: z.enum(['cancelled', 'stale-attempt']).nullable() }),
});

export const reportsSeenRpcV1 = defineRpc({
  subject: 'vision.training.rpc.reports-seen.v1',
  summary: 'Up to which sequence number, without a gap, the reports of an attempt took effect.',
  request: z.object(attemptRef),
  reply: z.object({ seen_sequence: z.number().int().nonnegative() }),
});

export const startTrainingRpcV1 = defineRpc({
  subject: 'vision.training.rpc.start.v1',
  summary: 'The same as POST training/start, for NATS users.',
  request: z.object({ api_key: z.string().max(200), idempotency_key: z.string().max(200).optional(), body: z.unknown() }),
  reply: z.object({ id: jobIdSchema, state: z.string() }).loose(),
});

export const cancelTrainingRpcV1 = defineRpc({
  subject: 'vision.training.rpc.cancel.v1',
  summary: 'The same as POST training/jobs/{id}/cancel.',
  request: z.object({ api_key: z.string().max(200), job_id: jobIdSchema }),
  reply: z.object({ id: jobIdSchema, state: z.string() }).loose(),
});

export const retryTrainingRpcV1 = defineRpc({
  subject: 'vision.training.rpc.retry.v1',
  summary: 'The same as POST training/jobs/{id}/retry.',
  request: z.object({ api_key: z.string().max(200), job_id: jobIdSchema }),
  reply: z.object({ id: jobIdSchema, state: z.string() }).loose(),
});

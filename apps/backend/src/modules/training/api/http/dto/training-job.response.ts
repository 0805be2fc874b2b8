import { datasetIdSchema, epochMetricsSchema, JOB_KINDS, jobIdSchema, resolvedSplitSchema, sha256Schema, splitRuleSchema } from '@app/contracts';
import { z } from 'zod';
import { QUEUE_WAITS, type CheckpointView, type JobView } from '../../../application/ports/job-read-model.port.js';
import type { JobDetails } from '../../../application/queries/get-job/get-job.query.js';
import type { DownloadableCheckpoint } from '../../../application/queries/list-checkpoints/list-checkpoints.query.js';
import { ruleMessage, splitMessage } from '../../../application/split-messages.js';
import { JOB_PRIORITIES } from '../../../domain/job-priority.js';
import { JOB_STATES } from '../../../domain/job-state.js';

const timestamp = z.iso.datetime();

export const trainingJobResponse = z.object({
  id: jobIdSchema,
  kind: z.enum(JOB_KINDS),
  state: z.enum(JOB_STATES),
  dataset_id: datasetIdSchema,
  dataset_name: z.string(),
  snapshot_version: z.number().int().positive().nullable(),
  model: z.string(),
  hyperparameters: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  split_rule: splitRuleSchema.nullable().describe("the job's own; null: the dataset decides"),
  split: resolvedSplitSchema.nullable().describe('who decided on the sides, by which rule, and how many labeled images are on each; null until a worker has read the version'),
  priority: z.enum(JOB_PRIORITIES),
  pool: z.string(),
  queue_position: z.number().int().positive().nullable().describe('among the waiting jobs of its pool; null: it does not wait for its turn'),
  waits_for: z
    .enum(QUEUE_WAITS)
    .nullable()
    .describe('snapshot: its version is made; worker: one that is free; no-worker: one that offers the model; the limits; claim: it was handed out, a worker takes it any moment'),
  attempt: z.number().int().nonnegative().describe('0 before a worker took the job'),
  progress: z.number().min(0).max(1),
  phase: z.string().nullable(),
  epoch: z.number().int().nonnegative(),
  epochs: z.number().int().positive(),
  images_per_second: z.number().nullable(),
  seconds_left: z.number().nullable(),
  best_epoch: z.number().int().positive().nullable(),
  final_model: z.object({ size_bytes: z.number().int(), sha256: sha256Schema }).nullable(),
  failure: z
    .object({ code: z.string(), detail: z.string(), log_tail: z.array(z.string()).optional().describe('the last lines of the log, the newest last; not in lists of jobs') })
    .nullable(),
  warnings: z.array(z.object({ code: z.string(), message: z.string() })),
  requested_by: z.uuid(),
  retry_of: jobIdSchema.nullable(),
  init_from_model: z.uuid().nullable().describe('the model whose weights it began with'),
  code_version: z.string().nullable().describe('of the worker; null until one began'),
  created_at: timestamp,
  started_at: timestamp.nullable(),
  finished_at: timestamp.nullable(),
});
export type TrainingJobResponse = z.infer<typeof trainingJobResponse>;

const checkpointResponse = z.object({
  epoch: z.number().int().positive(),
  kind: z.enum(['state', 'model', 'final']).describe('state: to go on from; model: to use, ONNX; final: the best model, ONNX'),
  key: z.string(),
  size_bytes: z.number().int().positive(),
  sha256: sha256Schema,
  created_at: timestamp,
});

export const trainingJobDetailsResponse = trainingJobResponse.extend({
  metrics: z.array(epochMetricsSchema).describe('one entry an epoch'),
  checkpoints: z.array(checkpointResponse),
  last_event_id: z.string().describe('where `events` goes on from this answer'),
});
export type TrainingJobDetailsResponse = z.infer<typeof trainingJobDetailsResponse>;

export const trainingJobListResponse = z.object({ items: z.array(trainingJobResponse), next_cursor: z.string().nullable() });
export type TrainingJobListResponse = z.infer<typeof trainingJobListResponse>;

export const checkpointListResponse = z.object({ items: z.array(checkpointResponse.extend({ url: z.url(), expires_at: timestamp })) });
export type CheckpointListResponse = z.infer<typeof checkpointListResponse>;

export function jobResponse(view: JobView): TrainingJobResponse {
  return {
    id: view.id,
    kind: view.kind,
    state: view.state,
    dataset_id: view.datasetId,
    dataset_name: view.datasetName,
    snapshot_version: view.snapshotVersion,
    model: view.model,
    hyperparameters: { ...view.hyperparameters },
    split_rule: view.splitRule === null ? null : ruleMessage(view.splitRule),
    split: view.split === null ? null : splitMessage(view.split),
    priority: view.priority,
    pool: view.pool,
    queue_position: view.queuePosition,
    waits_for: view.waitsFor,
    attempt: view.attempt,
    progress: view.progress,
    phase: view.phase,
    epoch: view.epoch,
    epochs: view.epochs,
    images_per_second: view.imagesPerSecond,
    seconds_left: view.secondsLeft,
    best_epoch: view.bestEpoch,
    final_model: view.finalModel === null ? null : { size_bytes: view.finalModel.sizeBytes, sha256: view.finalModel.sha256 },
    failure: view.failure === null ? null : failureOf(view.failure),
    warnings: [...view.warnings],
    requested_by: view.requestedBy,
    retry_of: view.retryOf,
    init_from_model: view.initFrom?.modelId ?? null,
    code_version: view.codeVersion,
    created_at: view.createdAt.toISOString(),
    started_at: view.startedAt?.toISOString() ?? null,
    finished_at: view.finishedAt?.toISOString() ?? null,
  };
}

function failureOf({ code, detail, logTail }: NonNullable<JobView['failure']>): NonNullable<TrainingJobResponse['failure']> {
  return { code, detail, ...(logTail === undefined ? {} : { log_tail: [...logTail] }) };
}

export function jobDetailsResponse(details: JobDetails): TrainingJobDetailsResponse {
  return { ...jobResponse(details.job), metrics: [...details.metrics], checkpoints: details.checkpoints.map(checkpointOf), last_event_id: details.lastEventId };
}

export function checkpointsResponse(checkpoints: readonly DownloadableCheckpoint[]): CheckpointListResponse {
  return { items: checkpoints.map((one) => ({ ...checkpointOf(one), url: one.url, expires_at: one.expiresAt.toISOString() })) };
}

function checkpointOf(one: Omit<CheckpointView, 'kind'> & { kind: 'state' | 'model' | 'final' }): z.infer<typeof checkpointResponse> {
  return { epoch: one.epoch, kind: one.kind, key: one.key, size_bytes: one.sizeBytes, sha256: one.sha256, created_at: one.createdAt.toISOString() };
}

import { epochMetricsSchema } from '@app/contracts';
import { z } from 'zod';
import type { RunView } from '../../../application/model-runs.js';
import { RUN_STAGES, SIDES, type RunFilter } from '../../../domain/model-run.js';

const when = z.iso.datetime();
const LARGEST = 2_147_483_647;
const MOST_IDS = 10_000;
const DEFAULT_MIN_SCORE = 0.3;
const score = z.number().min(0).max(1);
const imageNumber = z.number().int().min(1).max(LARGEST);

export const evaluateRequest = z.strictObject({
  version: z.number().int().min(1).max(LARGEST).optional().describe('default: the newest'),
  side: z.enum(SIDES).default('val').describe('which labeled images: the side that a training of this version gives them, or all'),
});
export type EvaluateRequest = z.infer<typeof evaluateRequest>;

export const prelabelRequest = z.strictObject({
  filter: z
    .strictObject({
      status: z.enum(['unlabeled', 'labeled', 'reviewed', 'any']).default('unlabeled'),
      split: z.enum(['train', 'val', 'test', 'unassigned']).optional(),
      assignee: z.uuid().optional(),
      image_ids: z.array(imageNumber).min(1).max(MOST_IDS).optional(),
      only_new: z.boolean().default(false).describe('without those that this model has looked at'),
    })
    .prefault({}),
  min_score: score.default(DEFAULT_MIN_SCORE).describe('what the model is less sure of is not proposed'),
});
export type PrelabelRequest = z.infer<typeof prelabelRequest>;

export function filterOf({ status, split, assignee, image_ids: imageIds, only_new: onlyNew }: PrelabelRequest['filter']): RunFilter {
  return { ...(status === 'any' ? {} : { status }), split, assignee, imageIds, onlyNew };
}

export const acceptRequest = z.strictObject({ min_score: score.default(0.5) });
export type AcceptRequest = z.infer<typeof acceptRequest>;

export const runResponse = z.object({
  id: z.uuid().describe('also of its job: training/jobs/{id} has log and events, and cancels it'),
  kind: z.enum(['evaluation', 'prelabel']),
  dataset_id: z.string(),
  model_id: z.uuid(),
  model_name: z.string().nullable(),
  snapshot_version: z.number().int().nullable(),
  side: z.enum(SIDES).nullable(),
  filter: z.record(z.string(), z.unknown()).nullable(),
  min_score: score,
  state: z.enum([...RUN_STAGES, 'queued', 'running', 'cancelling', 'cancelled']).describe('listing, queued, running, storing, done; accepting and undoing when somebody asked for it; undone, failed, cancelled'),
  images: z.number().int().nullable().describe('how many it is of; null while they are named'),
  progress: z.number().min(0).max(1),
  failed_images: z.number().int().describe('that could not be read or decoded'),
  suggestions: z.number().int(),
  dropped: z.number().int().describe('objects that the model said and that could be no labels'),
  rejected_before: z.number().int().describe('objects that were left out, because a person rejected the like (same class, IoU >= 0.7) on the same pixels'),
  accepted_images: z.number().int().describe('that were labeled by accepting the run'),
  metrics: epochMetricsSchema.nullable().describe('of an evaluation'),
  failure: z.object({ code: z.string(), detail: z.string() }).nullable(),
  created_by: z.uuid(),
  created_at: when,
  finished_at: when.nullable(),
});
export type RunResponse = z.infer<typeof runResponse>;

export const runListResponse = z.object({ items: z.array(runResponse), next_cursor: z.string().nullable() });
export type RunListResponse = z.infer<typeof runListResponse>;

export const listRunsQuery = z.strictObject({
  model_id: z.uuid().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(1000).optional(),
});
export type ListRunsRequest = z.infer<typeof listRunsQuery>;

export const listEvaluationsQuery = listRunsQuery.extend({ version: z.coerce.number().int().min(1).max(LARGEST).optional().describe('those of one version can be compared') });
export type ListEvaluationsRequest = z.infer<typeof listEvaluationsQuery>;

export function toRun({ run, job }: RunView): RunResponse {
  const { id, kind, side, filter, images, suggestions, dropped } = run;
  return {
    ...{ id, kind, dataset_id: run.datasetId, model_id: run.modelId, model_name: job?.model ?? null, snapshot_version: run.snapshotVersion, side, filter: filter === null ? null : { ...filter } },
    ...{ min_score: run.minScore, state: stateOf(run.stage, job?.state), images, progress: progressOf({ run, job }) },
    ...{ failed_images: run.failedImages, suggestions, dropped, rejected_before: run.rejectedBefore, accepted_images: run.accepted },
    // It was read by its schema when the worker reported it.
    metrics: run.metrics as RunResponse['metrics'],
    failure: run.failure ?? job?.failure ?? null,
    ...{ created_by: run.createdBy, created_at: run.createdAt.toISOString(), finished_at: (run.finishedAt ?? job?.finishedAt)?.toISOString() ?? null },
  };
}

/** While a worker has it, its job says how it stands. */
function stateOf(stage: RunView['run']['stage'], jobState: string | undefined): RunResponse['state'] {
  if (jobState === 'cancelled' || (jobState === 'cancelling' && stage === 'working')) return jobState;
  if (stage !== 'working') return stage;
  if (jobState === 'failed') return 'failed';
  return jobState === 'running' || jobState === 'verifying' ? 'running' : 'queued';
}

/** Of what is being done now. */
function progressOf({ run, job }: RunView): number {
  if (run.stage === 'working') return job?.progress ?? 0;
  if (run.stage === 'done' || run.stage === 'undone') return 1;
  return run.images === null || run.images === 0 ? 0 : Math.min(1, run.progress / run.images);
}

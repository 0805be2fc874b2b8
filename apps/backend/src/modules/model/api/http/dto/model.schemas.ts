import { epochMetricsSchema, modelAdapterSchema, sha256Schema } from '@app/contracts';
import { z } from 'zod';
import type { TracedModel } from '../../../application/model-registry.js';
import { MAX_MODEL_BYTES, type OpenedUpload, type UploadInput } from '../../../application/model-uploads.js';
import { MODEL_STAGES, type Model } from '../../../domain/model.js';

const when = z.iso.datetime();
const json = z.record(z.string(), z.unknown());
const MOST_NOTES = 10_000;
const name = z.string().trim().min(1).max(100);
const notes = z.string().max(MOST_NOTES);

export const modelResponse = z.object({
  id: z.uuid(),
  dataset_id: z.string(),
  name: z.string(),
  source: z.enum(['training', 'upload']),
  task_type: z.string(),
  stage: z.enum(MODEL_STAGES).describe('a dataset has one model in production at most'),
  notes: z.string(),
  job_id: z.uuid().nullable().describe('the training that made it; null where it was uploaded'),
  snapshot_version: z.number().int().nullable(),
  snapshot_hash: z.string().nullable().describe('content hash of the version'),
  architecture: z.string().nullable().describe('what was trained, such as cnn-small'),
  hyperparameters: json.nullable(),
  seed: z.number().int().nullable(),
  code_version: z.string().nullable(),
  init_from_model: z.uuid().nullable(),
  best_epoch: z.number().int().nullable(),
  metrics: epochMetricsSchema.nullable().describe('of the best epoch'),
  adapter: modelAdapterSchema.nullable().describe('how it is used: classes, input size, preprocessing, format of the outputs; null while it is not known'),
  size_bytes: z.number().int(),
  sha256: sha256Schema,
  created_by: z.uuid(),
  created_at: when,
  updated_at: when,
});
export type ModelResponse = z.infer<typeof modelResponse>;

export const modelDetailsResponse = modelResponse.extend({
  job: z
    .object({ id: z.uuid(), state: z.string(), started_at: when.nullable(), finished_at: when.nullable(), requested_by: z.uuid(), dataset_name: z.string(), split: json.nullable() })
    .nullable()
    .describe('the training as it was; null where it was uploaded'),
});
export type ModelDetailsResponse = z.infer<typeof modelDetailsResponse>;

export const modelListResponse = z.object({ items: z.array(modelResponse), next_cursor: z.string().nullable() });
export type ModelPageResponse = z.infer<typeof modelListResponse>;

export const listModelsQuery = z.strictObject({ stage: z.enum(MODEL_STAGES).optional(), limit: z.coerce.number().int().min(1).max(200).default(50), cursor: z.string().max(1000).optional() });
export type ListModelsRequest = z.infer<typeof listModelsQuery>;

export const changeModelRequest = z
  .strictObject({ name: name.optional(), notes: notes.optional(), stage: z.enum(MODEL_STAGES).optional().describe('production: the one that was there becomes a candidate') })
  .refine((change) => Object.values(change).some((value) => value !== undefined), 'at least one field');
export type ChangeModelRequest = z.infer<typeof changeModelRequest>;

export const downloadResponse = z.object({ url: z.url().describe('good for an hour at most'), expires_at: when });
export type ModelDownloadResponse = z.infer<typeof downloadResponse>;

export const beginUploadRequest = z.strictObject({
  name,
  notes: notes.default(''),
  size_bytes: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER).describe(`${MAX_MODEL_BYTES} at most`),
  sha256: sha256Schema,
  adapter: modelAdapterSchema.describe('class ids are those of the dataset, in the order of the outputs'),
});
export type BeginUploadRequest = z.infer<typeof beginUploadRequest>;

export const openedUploadResponse = z.object({ id: z.uuid().describe('of the upload, and of the model that it becomes'), put: z.object({ url: z.url(), headers: z.record(z.string(), z.string()), expires_at: when }) });
export type OpenedUploadResponse = z.infer<typeof openedUploadResponse>;

export function uploadInputOf({ name: given, notes: text, size_bytes: sizeBytes, sha256, adapter }: BeginUploadRequest): UploadInput {
  return { name: given, notes: text, sizeBytes, sha256, adapter };
}

export function toOpenedUpload({ id, put }: OpenedUpload): OpenedUploadResponse {
  return { id, put: { url: put.url, headers: { ...put.headers }, expires_at: put.expiresAt.toISOString() } };
}

export function toModel(model: Model): ModelResponse {
  const { id, name: title, source, stage, notes: text, origin, object } = model;
  return {
    ...{ id, dataset_id: model.datasetId, name: title, source, task_type: model.taskType, stage, notes: text },
    ...originOf(origin),
    // Both were read by their schemas before they were stored.
    metrics: model.metrics as ModelResponse['metrics'],
    adapter: model.adapter as ModelResponse['adapter'],
    ...{ size_bytes: object.sizeBytes, sha256: object.sha256, created_by: model.createdBy, created_at: model.createdAt.toISOString(), updated_at: model.updatedAt.toISOString() },
  };
}

type Origin = Pick<ModelResponse, 'job_id' | 'snapshot_version' | 'snapshot_hash' | 'architecture' | 'hyperparameters' | 'seed' | 'code_version' | 'init_from_model' | 'best_epoch'>;

function originOf(origin: Model['origin']): Origin {
  if (origin === null) return { job_id: null, snapshot_version: null, snapshot_hash: null, architecture: null, hyperparameters: null, seed: null, code_version: null, init_from_model: null, best_epoch: null };
  const { seed } = origin.hyperparameters;
  return {
    ...{ job_id: origin.jobId, snapshot_version: origin.snapshotVersion, snapshot_hash: origin.snapshotHash, architecture: origin.architecture, hyperparameters: { ...origin.hyperparameters } },
    ...{ seed: typeof seed === 'number' ? seed : null, code_version: origin.codeVersion, init_from_model: origin.initFrom, best_epoch: origin.bestEpoch },
  };
}

export function toModelDetails({ model, job }: TracedModel): ModelDetailsResponse {
  return {
    ...toModel(model),
    job:
      job === null
        ? null
        : {
            ...{ id: job.id, state: job.state, requested_by: job.requestedBy, dataset_name: job.datasetName, split: job.split === null ? null : { ...job.split } },
            ...{ started_at: job.startedAt?.toISOString() ?? null, finished_at: job.finishedAt?.toISOString() ?? null },
          },
  };
}

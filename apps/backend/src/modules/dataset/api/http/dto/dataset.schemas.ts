import { FORMAT_NAMES } from '@app/dataset-formats';
import { datasetIdSchema, TASK_TYPES } from '@app/contracts';
import { z } from 'zod';
import { DATASET_ROLES } from '../../../../../platform/auth/access-policy.js';
import { DATASET_SORTS, type DatasetView } from '../../../application/ports/dataset-read-model.port.js';
import { UPLOAD_STATES, type UploadView } from '../../../application/ports/upload-sessions.port.js';

export const findingSchema = z.object({
  code: z.string(),
  message: z.string(),
  pointer: z.string().optional().describe('JSON pointer'),
  entry: z.string().optional().describe('path inside the zip'),
  hint: z.string().optional(),
});

export const datasetResponse = z.object({
  id: datasetIdSchema,
  name: z.string(),
  task_type: z.enum(TASK_TYPES),
  multi_label: z.boolean(),
  format: z.literal('dice'),
  storage_type: z.enum(['r2', 's3']),
  bucket: z.string(),
  storage_path: z.string().describe('key of the zip that it came as, else the prefix of its objects'),
  num_images: z.number().int(),
  num_classes: z.number().int(),
  num_labeled: z.number().int(),
  classes: z.array(z.object({ id: z.number().int(), name: z.string(), color: z.string(), count: z.number().int().describe('labeled images that show it') })),
  splits: z.object({ train: z.number().int(), val: z.number().int(), test: z.number().int(), unassigned: z.number().int() }),
  status: z.enum(['ready', 'validating']).describe('validating: a zip that was put straight into the bucket is still being read; it can be trained when it is ready'),
  visibility: z.enum(['private', 'public']),
  warnings: z.array(findingSchema).describe('the first 20; all of them at datasets/{id}/findings'),
  content_hash: z.string(),
  size_bytes: z.number().int().describe('of the zip that it came as, else of its images'),
  change_seq: z.number().int().describe('position in its sequence of changes; moves with every edit'),
  classes_revision: z.number().int().describe('for If-Match of writes to the classes'),
  labels_loaded: z.boolean().describe('false while the labels of the zip are still being read; they cannot be edited until then'),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
  deleted_at: z.iso.datetime().nullable(),
  created_by: z.uuid(),
  role: z.enum(DATASET_ROLES).nullable().describe('your own'),
});
export type DatasetResponse = z.infer<typeof datasetResponse>;

export const datasetListResponse = z.object({ items: z.array(datasetResponse), next_cursor: z.string().nullable() });
export type DatasetListResponse = z.infer<typeof datasetListResponse>;

export const listDatasetsQuery = z.strictObject({
  q: z.string().max(120).optional(),
  task_type: z.enum(TASK_TYPES).optional(),
  trashed: z.enum(['true', 'false']).default('false'),
  sort: z.enum(DATASET_SORTS).default('newest'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(1000).optional(),
});
export type ListDatasetsRequest = z.infer<typeof listDatasetsQuery>;

const classRequest = z.strictObject({
  id: z.number().int().min(0).max(2_147_483_647).optional().describe('default: its place in the list'),
  name: z.string().max(200),
  color: z.string().max(20).optional().describe('#RRGGBB; default: one of the palette'),
  supercategory: z.string().max(200).optional(),
  keypoints: z.array(z.string().max(100)).max(1_000).optional(),
  skeleton: z.array(z.tuple([z.number().int().min(0), z.number().int().min(0)])).max(2_000).optional(),
});

export const createDatasetRequest = z.strictObject({
  name: z.string().max(500),
  task_type: z.enum(TASK_TYPES),
  multi_label: z.boolean().default(false).describe('several classes an image; of classification only'),
  visibility: z.enum(['private', 'public']).default('private'),
  classes: z.array(classRequest).max(10_000).default([]),
});
export type CreateDatasetRequest = z.infer<typeof createDatasetRequest>;

export const updateDatasetRequest = z
  .strictObject({ name: z.string().max(500).optional(), visibility: z.enum(['private', 'public']).optional() })
  .refine((change) => change.name !== undefined || change.visibility !== undefined, { message: 'Nothing to change was given.' });
export type UpdateDatasetRequest = z.infer<typeof updateDatasetRequest>;

export const uploadResponse = z.object({
  id: z.uuid(),
  state: z.enum(UPLOAD_STATES).describe('open: its parts are being put into the bucket; checking: the dataset is there and its zip is being read'),
  received_bytes: z.number().int(),
  total_bytes: z.number().int().nullable(),
  checked_entries: z.number().int(),
  total_entries: z.number().int().nullable(),
  rate_bytes_per_second: z.number().nullable(),
  seconds_left: z.number().nullable().describe('of the transfer'),
  dataset_id: datasetIdSchema.nullable(),
  code: z.string().nullable(),
  errors: z.array(findingSchema).nullable(),
});
export type UploadResponse = z.infer<typeof uploadResponse>;

export const downloadResponse = z.object({ url: z.url(), expires_at: z.iso.datetime() });
export type DownloadResponse = z.infer<typeof downloadResponse>;

export const findingsQuery = z.strictObject({ after: z.coerce.number().int().min(0).max(1_000_000).default(0), limit: z.coerce.number().int().min(1).max(200).default(50) });
export type FindingsRequest = z.infer<typeof findingsQuery>;

export const findingListResponse = z.object({ items: z.array(findingSchema.extend({ position: z.number().int() })), next_after: z.number().int().nullable() });
export type FindingListResponse = z.infer<typeof findingListResponse>;

export function toDatasetResponse(view: DatasetView, storage: { storageType: 'r2' | 's3'; bucket: string }): DatasetResponse {
  return {
    id: view.id,
    name: view.name,
    task_type: view.taskType,
    multi_label: view.multiLabel,
    format: 'dice',
    storage_type: storage.storageType,
    bucket: storage.bucket,
    storage_path: view.upload?.key ?? `datasets/${view.id}/`,
    num_images: view.numImages,
    num_classes: view.numClasses,
    num_labeled: view.numLabeled,
    classes: [...view.classes],
    splits: { ...view.splits },
    status: view.status,
    visibility: view.visibility,
    warnings: [...view.warnings],
    content_hash: view.contentHash,
    size_bytes: view.upload?.sizeBytes ?? view.imageBytes,
    change_seq: view.changeSeq,
    classes_revision: view.classesRevision,
    labels_loaded: view.labelsLoaded,
    created_at: view.createdAt.toISOString(),
    updated_at: view.updatedAt.toISOString(),
    deleted_at: view.deletedAt?.toISOString() ?? null,
    created_by: view.createdBy,
    role: view.role,
  };
}

export function toUploadResponse(view: UploadView): UploadResponse {
  const seconds = (view.updatedAt.getTime() - view.startedAt.getTime()) / 1000;
  const rate = view.state === 'receiving' && seconds > 0.5 ? view.receivedBytes / seconds : null;
  const bytesLeft = view.totalBytes === null ? null : Math.max(0, view.totalBytes - view.receivedBytes);
  return {
    id: view.id,
    state: view.state,
    received_bytes: view.receivedBytes,
    total_bytes: view.totalBytes,
    checked_entries: view.checkedEntries,
    total_entries: view.totalEntries,
    rate_bytes_per_second: rate,
    seconds_left: rate === null || rate === 0 || bytesLeft === null ? null : bytesLeft / rate,
    dataset_id: view.state === 'completed' ? view.datasetId : null,
    code: view.code,
    errors: view.findings === null ? null : [...view.findings],
  };
}

/** `auto`: by a look at the files. */
export const uploadQuery = z.strictObject({ format: z.enum(['auto', ...FORMAT_NAMES]).default('dice') });
export type UploadQuery = z.infer<typeof uploadQuery>;

import { datasetIdSchema, sha256Schema } from '@app/contracts';
import { z } from 'zod';
import type { SnapshotState } from '../../../domain/snapshot.aggregate.js';

export const snapshotResponse = z.object({
  id: z.uuid(),
  dataset_id: datasetIdSchema,
  version: z.number().int().positive(),
  state: z.enum(['building', 'ready', 'failed']),
  content_hash: z.string(),
  num_images: z.number().int(),
  num_labeled: z.number().int(),
  size_bytes: z.number().int().nullable(),
  sha256: sha256Schema.nullable(),
  note: z.string().nullable(),
  failure: z.object({ code: z.string(), detail: z.string() }).nullable(),
  requested_by: z.uuid(),
  created_at: z.iso.datetime(),
  completed_at: z.iso.datetime().nullable(),
});
export type SnapshotResponse = z.infer<typeof snapshotResponse>;

export const snapshotListResponse = z.object({ items: z.array(snapshotResponse), next_cursor: z.string().nullable() });
export type SnapshotListResponse = z.infer<typeof snapshotListResponse>;

export const downloadResponse = z.object({ url: z.url(), expires_at: z.iso.datetime() });
export type DownloadResponse = z.infer<typeof downloadResponse>;

export function toSnapshotResponse(state: Readonly<SnapshotState>): SnapshotResponse {
  return {
    id: state.id,
    dataset_id: state.datasetId,
    version: state.version,
    state: state.state,
    content_hash: state.contentHash,
    num_images: state.numImages,
    num_labeled: state.numLabeled,
    size_bytes: state.zip?.sizeBytes ?? null,
    sha256: state.zip?.sha256 ?? null,
    note: state.note,
    failure: state.failure,
    requested_by: state.requestedBy,
    created_at: state.createdAt.toISOString(),
    completed_at: state.completedAt?.toISOString() ?? null,
  };
}

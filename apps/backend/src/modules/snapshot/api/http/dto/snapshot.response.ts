import { datasetIdSchema, sha256Schema } from '@app/contracts';
import { z } from 'zod';
import type { SnapshotDetails } from '../../../application/snapshot-details.js';
import type { SnapshotTotals } from '../../../domain/snapshot.state.js';

const count = z.number().int().nonnegative();
const bytes = count.nullable();

export const snapshotResponse = z.object({
  id: z.uuid(),
  dataset_id: datasetIdSchema,
  version: z.number().int().positive(),
  state: z.enum(['building', 'ready', 'failed', 'deleted']).describe('building: it is made, and its content is being counted.'),
  parent: z.number().int().positive().nullable(),
  content_hash: z.string().nullable(),
  num_images: count,
  num_labeled: count,
  num_annotations: count.nullable(),
  splits: z.object({ train: count, val: count, test: count }).nullable(),
  class_counts: z.record(z.string(), count).nullable().describe('Annotations by class id.'),
  size_bytes: bytes.describe('Of the zip.'),
  sha256: sha256Schema.nullable().describe('Of the zip.'),
  zip: z.object({
    state: z.enum(['none', 'building', 'ready', 'failed']).describe('none: it is made when a training or a download needs it.'),
    bytes_done: bytes,
    bytes_total: bytes,
    bytes_per_second: z.number().nullable(),
    seconds_left: z.number().nullable(),
    bytes_moved: bytes.describe('Bytes that passed through the backend to make it.'),
    bytes_copied: bytes.describe('Bytes that were copied inside the store to make it.'),
  }),
  note: z.string().nullable(),
  tag: z.string().nullable(),
  failure: z.object({ code: z.string(), detail: z.string() }).nullable(),
  requested_by: z.uuid(),
  requested_by_name: z.string().nullable(),
  created_at: z.iso.datetime(),
  completed_at: z.iso.datetime().nullable(),
  jobs: z.array(z.object({ id: z.uuid(), state: z.string(), has_model: z.boolean(), in_production: z.boolean() })).describe('Trainings that used the version, newest first, twenty at most.'),
});
export type SnapshotResponse = z.infer<typeof snapshotResponse>;

export const snapshotListResponse = z.object({ items: z.array(snapshotResponse), next_cursor: z.string().nullable() });
export type SnapshotListResponse = z.infer<typeof snapshotListResponse>;

const text = (most: number): z.ZodType<string | null | undefined> => z.string().trim().min(1).max(most).nullish();
export const createSnapshotBody = z.strictObject({
  note: text(2_000),
  tag: text(64).describe('Unique among the versions of the dataset.'),
  zip: z.boolean().optional().describe('Make the zip now, instead of when it is needed first.'),
});
export const describeSnapshotBody = z.strictObject({ note: text(2_000), tag: text(64) });

export const downloadResponse = z.object({ url: z.url(), expires_at: z.iso.datetime() });
export type DownloadResponse = z.infer<typeof downloadResponse>;

export function toSnapshotResponse({ state, progress, requestedByName, jobs }: SnapshotDetails): SnapshotResponse {
  const zip = state.zipState === 'ready' ? state.zip : null;
  return {
    ...{ id: state.id, dataset_id: state.datasetId, version: state.version, state: state.state, parent: state.parent, content_hash: state.contentHash },
    ...{ num_images: state.numImages, num_labeled: state.numLabeled, ...countsOf(state.totals) },
    ...{ size_bytes: zip?.sizeBytes ?? null, sha256: zip?.sha256 ?? null, note: state.note, tag: state.tag, failure: state.failure },
    zip: { state: state.zipState, ...progressOf(progress), bytes_moved: state.bytesMoved, bytes_copied: state.bytesCopied },
    ...{ requested_by: state.requestedBy, requested_by_name: requestedByName },
    ...{ created_at: state.createdAt.toISOString(), completed_at: state.completedAt?.toISOString() ?? null },
    jobs: jobs.map((job) => ({ id: job.id, state: job.state, has_model: job.hasModel, in_production: job.inProduction === true })),
  };
}

function countsOf(totals: SnapshotTotals | null): Pick<SnapshotResponse, 'num_annotations' | 'splits' | 'class_counts'> {
  return totals === null ? { num_annotations: null, splits: null, class_counts: null } : { num_annotations: totals.annotations, splits: totals.splits, class_counts: totals.classes };
}

function progressOf(progress: SnapshotDetails['progress']): Pick<SnapshotResponse['zip'], 'bytes_done' | 'bytes_total' | 'bytes_per_second' | 'seconds_left'> {
  const { done = null, total = null, startedAt = null } = progress ?? {};
  if (done === null || total === null || startedAt === null) return { bytes_done: done, bytes_total: total, bytes_per_second: null, seconds_left: null };
  const seconds = (Date.now() - startedAt.getTime()) / 1000;
  const rate = seconds > 0 && done > 0 ? done / seconds : null;
  return { bytes_done: done, bytes_total: total, bytes_per_second: rate === null ? null : Math.round(rate), seconds_left: rate === null ? null : Math.round((total - done) / rate) };
}

import { datasetIdSchema } from '@app/contracts';
import { MAX_PART_BYTES, MIN_PART_BYTES } from '@app/object-store';
import { z } from 'zod';
import type { DirectUploadView } from '../../../application/direct-uploads.js';
import { UPLOAD_STATES } from '../../../application/ports/upload-sessions.port.js';
import { findingSchema } from './dataset.schemas.js';

export const beginDirectUploadRequest = z.strictObject({
  file_name: z.string().min(1).max(255).optional().describe('for you to know it again'),
  name: z.string().max(500).optional().describe('default: the name inside the zip'),
  visibility: z.enum(['private', 'public']).default('private'),
  size_bytes: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER).describe('of the zip'),
  part_bytes: z.number().int().min(MIN_PART_BYTES).max(MAX_PART_BYTES).optional().describe('of each part but the last; larger where there would be more than 10,000'),
});
export type BeginDirectUploadRequest = z.infer<typeof beginDirectUploadRequest>;

export const partsQuery = z.strictObject({ after: z.coerce.number().int().min(0).max(10_000).default(0), limit: z.coerce.number().int().min(1).max(200).default(100) });
export type PartsRequest = z.infer<typeof partsQuery>;

export const directUploadResponse = z.object({
  id: z.uuid(),
  state: z.enum(UPLOAD_STATES).describe('open: put the missing parts, then complete; checking: the dataset is there and its zip is being read'),
  file_name: z.string().nullable(),
  size_bytes: z.number().int(),
  part_bytes: z.number().int(),
  part_count: z.number().int(),
  received_bytes: z.number().int(),
  received_parts: z.array(z.object({ part_number: z.number().int(), size_bytes: z.number().int(), etag: z.string() })),
  missing_parts: z
    .array(z.object({ part_number: z.number().int(), size_bytes: z.number().int(), url: z.url(), headers: z.record(z.string(), z.string()).describe('to be sent exactly like this'), expires_at: z.iso.datetime() }))
    .describe('a page of those that have not arrived, each with a presigned PUT'),
  next_after: z.number().int().nullable().describe('for the next page of missing parts'),
  dataset_id: datasetIdSchema.nullable(),
  code: z.string().nullable().describe('why it was refused'),
  errors: z.array(findingSchema).nullable(),
});
export type DirectUploadResponse = z.infer<typeof directUploadResponse>;

export function toDirectUploadResponse({ upload, partCount, arrived, missing, nextAfter }: DirectUploadView): DirectUploadResponse {
  const received = upload.state === 'open' ? arrived.reduce((sum, part) => sum + part.sizeBytes, 0) : upload.sizeBytes;
  return {
    ...{ id: upload.id, state: upload.state, file_name: upload.fileName, size_bytes: upload.sizeBytes, part_bytes: upload.partBytes, part_count: partCount, received_bytes: received },
    received_parts: arrived.map((part) => ({ part_number: part.number, size_bytes: part.sizeBytes, etag: part.etag })),
    missing_parts: missing.map((part) => ({ part_number: part.number, size_bytes: part.sizeBytes, url: part.url, headers: { ...part.headers }, expires_at: part.expiresAt.toISOString() })),
    ...{ next_after: nextAfter, dataset_id: upload.datasetId, code: upload.code, errors: upload.findings === null ? null : [...upload.findings] },
  };
}

import { sha256Schema } from '@app/contracts';
import { z } from 'zod';
import type { Announcement } from '../../../application/commands/announce-images/announce-images.command.js';
import { CONFLICT_RULES, SPLITS, type FileResult } from '../../../application/image-facts.js';
import type { SignedImage } from '../../../application/image-signing.js';
import type { PresignedImagePut } from '../../../application/ports/image-storage.port.js';
import type { OpenUpload } from '../../../application/queries/list-image-uploads/list-image-uploads.query.js';

const MAX_NUMBER = 2_147_483_647;
const UPLOAD_BATCH = 200;

/** `000005` is 5, as DICE writes it. */
export const imageIdParameter = z
  .string()
  .regex(/^0*[1-9][0-9]{0,9}$/, 'a number from 1 on')
  .max(32)
  .transform(Number)
  .refine((number) => number <= MAX_NUMBER, 'too large');

const conflictRule = z.enum(CONFLICT_RULES).default('keep_both').describe('what happens to other bytes of a name that is taken');

export const imageFormFields = z.strictObject({ on_conflict: conflictRule, split: z.enum(SPLITS).optional() });

const resultFields = {
  status: z.enum(['stored', 'duplicate', 'replaced', 'skipped', 'refused', 'pending']).describe('duplicate: its bytes are in the dataset already; pending: nothing happened yet, try again'),
  original_name: z.string().describe('as it was given'),
  image_id: z.number().int().nullable().describe('the image that it became, equals or collides with'),
  file_name: z.string().nullable(),
  code: z.string().nullable().describe('of the closed list of error codes, where it was refused'),
  reason: z.string().nullable(),
  hint: z.string().nullable(),
};
export const fileResult = z.object(resultFields);
export const fileResultsResponse = z.object({ results: z.array(fileResult).describe('one a file, in their order'), stored: z.number().int().describe('how many are new, replacements included'), refused: z.number().int() });
export type FileResultsResponse = z.infer<typeof fileResultsResponse>;

export const announceImagesRequest = z.strictObject({
  files: z
    .array(
      z.strictObject({
        file_name: z.string().max(2_000),
        content_type: z.string().max(200).describe('image/jpeg, image/png or image/webp'),
        size_bytes: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
        sha256: sha256Schema,
      }),
    )
    .min(1)
    .max(UPLOAD_BATCH),
  on_conflict: conflictRule,
  split: z.enum(SPLITS).optional(),
});
export type AnnounceImagesRequest = z.infer<typeof announceImagesRequest>;

const presignedPut = z.object({
  url: z.url(),
  headers: z.record(z.string(), z.string()).describe('send exactly these; a browser sets content-length by itself'),
  expires_at: z.iso.datetime(),
});

export const announcementsResponse = z.object({
  files: z.array(z.object({ id: z.uuid().nullable().describe('for complete; null where there is nothing to upload'), original_name: z.string(), put: presignedPut.nullable(), result: fileResult.nullable().describe('known at once: a duplicate or a refusal') })).describe('one a file, in their order'),
});
export type AnnouncementsResponse = z.infer<typeof announcementsResponse>;

export const completeImagesRequest = z.strictObject({ ids: z.array(z.uuid()).min(1).max(UPLOAD_BATCH) });
export type CompleteImagesRequest = z.infer<typeof completeImagesRequest>;

export const completedResponse = z.object({ results: z.array(z.object({ id: z.uuid(), ...resultFields })) });
export type CompletedResponse = z.infer<typeof completedResponse>;

export const pageQuery = z.strictObject({ limit: z.coerce.number().int().min(1).max(200).default(50), cursor: z.string().max(1000).optional() });
export type PageRequest = z.infer<typeof pageQuery>;

export const openUploadsResponse = z.object({
  items: z.array(
    z.object({
      id: z.uuid(),
      file_name: z.string(),
      content_type: z.string(),
      size_bytes: z.number().int(),
      sha256: z.string(),
      created_at: z.iso.datetime(),
      arrived: z.boolean().describe('only to be completed'),
      put: presignedPut.nullable().describe('a new URL, where it did not arrive'),
    }),
  ),
  next_cursor: z.string().nullable(),
});
export type OpenUploadsResponse = z.infer<typeof openUploadsResponse>;

const neighbour = z.coerce.number().int().min(0).max(MAX_NUMBER).optional();
export const listImagesQuery = z
  .strictObject({
    split: z.enum([...SPLITS, 'unassigned']).optional(),
    status: z.enum(['unlabeled', 'labeled', 'reviewed']).optional(),
    class_id: z.coerce.number().int().min(0).max(MAX_NUMBER).optional().describe('images that show it'),
    assignee: z.uuid().optional(),
    labeled_by: z.uuid().optional().describe('whose labels they are'),
    state: z.enum(['ready', 'broken']).optional().describe('broken: it does not decode'),
    q: z.string().min(1).max(255).optional().describe('a part of the file name'),
    has_suggestion: z.enum(['true', 'false']).optional().describe('whether a model proposes something that nobody took over or rejected'),
    order: z.enum(['number', 'hardest']).default('number').describe('hardest: images that a model looked at, those first that it is least sure of'),
    after: neighbour.describe('begins behind this image id'),
    before: neighbour.describe('goes back from this image id: the nearest first'),
    ...pageQuery.shape,
  })
  .refine(({ after, before }) => after === undefined || before === undefined, 'one of after and before')
  .refine(({ after, before, order }) => order === 'number' || (after === undefined && before === undefined), 'after and before go by the number');
export type ListImagesRequest = z.infer<typeof listImagesQuery>;

export const imageResponse = z.object({
  id: z.number().int(),
  file_name: z.string(),
  original_name: z.string().nullable().describe('as it was uploaded; null for images of a zip'),
  width: z.number().int().describe('px, upright'),
  height: z.number().int(),
  split: z.enum(SPLITS).nullable(),
  status: z.enum(['unlabeled', 'labeled', 'reviewed']),
  state: z.enum(['ready', 'broken']),
  revision: z.number().int().describe('of its labels'),
  no_object: z.boolean(),
  object_count: z.number().int(),
  class_ids: z.array(z.number().int()),
  assignee: z.uuid().nullable(),
  size_bytes: z.number().int(),
  sha256: z.string(),
  labeled_by: z.uuid().nullable(),
  labeled_at: z.iso.datetime().nullable(),
  added_at: z.iso.datetime(),
  url: z.url().nullable().describe('the original, untouched; null while it is only inside the uploaded zip'),
  preview_url: z.url().nullable().describe('1600 px WebP; null until it is made'),
  thumbnail_url: z.url().nullable().describe('256 px WebP; null until it is made'),
  expires_at: z.iso.datetime().nullable().describe('of the URLs; at most an hour'),
  uncertainty: z.number().optional().describe('in the order by hardness: 0 (the model is sure) to 1'),
});
export type ImageResponse = z.infer<typeof imageResponse>;

export const imageListResponse = z.object({
  items: z.array(imageResponse),
  next_cursor: z.string().nullable().describe('null: that was all. A filtered page may be shorter than `limit` and yet not the last'),
  total: z.number().int().nullable().describe('of the whole dataset; null where something is filtered'),
});
export type ImageListResponse = z.infer<typeof imageListResponse>;

const ids = z.array(z.number().int().min(1).max(MAX_NUMBER)).min(1).max(1_000);
export const changeImagesRequest = z.discriminatedUnion('action', [
  z.strictObject({ ids, action: z.literal('delete') }),
  z.strictObject({ ids, action: z.literal('restore') }),
  z.strictObject({ ids, action: z.literal('split'), split: z.enum(SPLITS).nullable() }),
  z.strictObject({ ids, action: z.literal('assign'), assignee: z.uuid().nullable() }),
]);
export type ChangeImagesRequest = z.infer<typeof changeImagesRequest>;
export const changedImagesResponse = z.object({ changed: z.number().int().describe('those that were so already are not counted') });
export type ChangedImagesResponse = z.infer<typeof changedImagesResponse>;

export function toFileResult(result: FileResult): z.infer<typeof fileResult> {
  return {
    status: result.status,
    original_name: result.originalName,
    image_id: result.imageId ?? null,
    file_name: result.fileName ?? null,
    code: result.code ?? null,
    reason: result.reason ?? null,
    hint: result.hint ?? null,
  };
}

export function toFileResults(results: readonly FileResult[]): FileResultsResponse {
  const count = (...statuses: FileResult['status'][]): number => results.filter((one) => statuses.includes(one.status)).length;
  return { results: results.map(toFileResult), stored: count('stored', 'replaced'), refused: count('refused') };
}

export function toAnnouncement(one: Announcement): AnnouncementsResponse['files'][number] {
  if ('put' in one) return { id: one.id, original_name: one.originalName, put: toPut(one.put), result: null };
  return { id: null, original_name: one.originalName, put: null, result: toFileResult(one) };
}

export function toOpenUpload(upload: OpenUpload): OpenUploadsResponse['items'][number] {
  const { id, fileName, contentType, sizeBytes, sha256, put } = upload;
  return { id, file_name: fileName, content_type: contentType, size_bytes: sizeBytes, sha256, created_at: upload.createdAt.toISOString(), arrived: put === null, put: put === null ? null : toPut(put) };
}

function toPut(put: PresignedImagePut): z.infer<typeof presignedPut> {
  return { url: put.url, headers: { ...put.headers }, expires_at: put.expiresAt.toISOString() };
}

export function toImageResponse({ image, url, previewUrl, thumbnailUrl, expiresAt }: SignedImage): ImageResponse {
  return {
    id: image.number,
    file_name: image.fileName,
    original_name: image.originalName,
    width: image.width,
    height: image.height,
    split: image.split,
    status: image.status,
    state: image.state,
    revision: image.revision,
    no_object: image.noObject,
    object_count: image.objectCount,
    class_ids: [...image.classIds],
    assignee: image.assignee,
    size_bytes: image.sizeBytes,
    sha256: image.sha256,
    labeled_by: image.labeledBy,
    labeled_at: image.labeledAt?.toISOString() ?? null,
    added_at: image.addedAt.toISOString(),
    url,
    preview_url: previewUrl,
    thumbnail_url: thumbnailUrl,
    expires_at: expiresAt?.toISOString() ?? null,
  };
}

import { IMPORT_KINDS } from '@app/contracts';
import { z } from 'zod';
import { CONFLICT_RULES, SPLITS } from '../../../application/image-facts.js';
import type { ImportView } from '../../../application/ports/import-queue.port.js';

export const importResponse = z.object({
  id: z.uuid(),
  kind: z.enum(IMPORT_KINDS),
  state: z.enum(['waiting', 'running', 'completed', 'failed']),
  done: z.number().int(),
  total: z.number().int().nullable().describe('null while it is not known'),
  refused: z.number().int().describe('of `done`; each is a finding of the dataset'),
  code: z.string().nullable().describe('why it failed'),
  message: z.string().nullable(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});
export type ImportResponse = z.infer<typeof importResponse>;

export const importListResponse = z.object({ items: z.array(importResponse).describe('the newest 100') });
export type ImportListResponse = z.infer<typeof importListResponse>;

export const registerImagesRequest = z.strictObject({
  prefix: z.string().min(1).max(900).describe('of keys in the bucket, under one that the operator allows: imports/ by default'),
  on_conflict: z.enum(CONFLICT_RULES).default('keep_both').describe('what happens to other bytes of a name that is taken'),
  split: z.enum(SPLITS).optional(),
});
export type RegisterImagesRequest = z.infer<typeof registerImagesRequest>;
export const registeredResponse = z.object({ import_id: z.uuid() });
export type RegisteredResponse = z.infer<typeof registeredResponse>;

export function toImportResponse(view: ImportView): ImportResponse {
  const { id, kind, state, done, total, refused, code, message } = view;
  return { id, kind, state, done, total, refused, code, message, created_at: view.createdAt.toISOString(), updated_at: view.updatedAt.toISOString() };
}

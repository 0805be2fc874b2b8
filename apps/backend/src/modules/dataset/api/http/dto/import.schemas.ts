import { IMPORT_KINDS } from '@app/contracts';
import { z } from 'zod';
import { CONFLICT_RULES, SPLITS } from '../../../application/image-facts.js';
import type { ImportView } from '../../../application/ports/import-queue.port.js';

export const importResponse = z.object({
  id: z.uuid(),
  kind: z.enum(IMPORT_KINDS),
  state: z.enum(['waiting', 'running', 'completed', 'failed']),
  done: z.number().int(),
  total: z.number().int().nullable(),
  refused: z.number().int().describe('each is among the findings of the dataset'),
  rate_per_second: z.number().nullable().describe('while it runs'),
  seconds_left: z.number().nullable(),
  code: z.string().nullable().describe('why it failed'),
  message: z.string().nullable(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});
export type ImportResponse = z.infer<typeof importResponse>;

export const importListResponse = z.object({ items: z.array(importResponse).describe('newest first, 100 at most') });
export type ImportListResponse = z.infer<typeof importListResponse>;

export function toImportListResponse(imports: readonly ImportView[]): ImportListResponse {
  return { items: imports.map(toImportResponse) };
}

/** Before so many seconds a rate is an accident. */
const LEAST_SECONDS = 0.5;

export function toImportResponse(view: ImportView): ImportResponse {
  const { id, kind, state, done, total, refused, code, message, createdAt, updatedAt } = view;
  const rate = rateOf(view);
  const left = total === null ? null : Math.max(0, total - done - refused);
  return {
    ...{ id, kind, state, done, total, refused, code, message },
    rate_per_second: rate,
    seconds_left: rate === null || rate === 0 || left === null ? null : left / rate,
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
  };
}

function rateOf({ state, startedAt, startedDone, updatedAt, done }: ImportView): number | null {
  if (state !== 'running' || startedAt === null) return null;
  const seconds = (updatedAt.getTime() - startedAt.getTime()) / 1000;
  return seconds < LEAST_SECONDS ? null : (done - startedDone) / seconds;
}

export const registerImagesRequest = z.strictObject({
  prefix: z.string().min(1).max(900).describe('of keys in the bucket, under one that the operator allows: imports/ by default'),
  on_conflict: z.enum(CONFLICT_RULES).default('keep_both').describe('what happens to other bytes of a name that is taken'),
  split: z.enum(SPLITS).optional(),
});
export type RegisterImagesRequest = z.infer<typeof registerImagesRequest>;
export const registeredResponse = z.object({ import_id: z.uuid() });
export type RegisteredResponse = z.infer<typeof registeredResponse>;

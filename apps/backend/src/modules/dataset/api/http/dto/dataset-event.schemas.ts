import { IMPORT_KINDS } from '@app/contracts';
import { z } from 'zod';
import type { SseEvent } from '../../../../../platform/sse/sse-stream.js';
import type { DatasetFeedEvent } from '../../../application/dataset-feed.js';
import type { ImportView } from '../../../application/ports/import-queue.port.js';

export const importResponse = z.object({
  id: z.uuid(),
  kind: z.enum(IMPORT_KINDS),
  state: z.enum(['waiting', 'running', 'completed', 'failed']),
  done: z.number().int(),
  total: z.number().int().nullable(),
  refused: z.number().int().describe('each is among the findings of the dataset'),
  rate_per_second: z.number().nullable(),
  seconds_left: z.number().nullable(),
  code: z.string().nullable(),
  message: z.string().nullable(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});
export type ImportResponse = z.infer<typeof importResponse>;

export function toImportResponse(view: ImportView): ImportResponse {
  const seconds = (view.updatedAt.getTime() - view.createdAt.getTime()) / 1000;
  const rate = view.state === 'running' && seconds > 0.5 && view.done > 0 ? view.done / seconds : null;
  return {
    ...{ id: view.id, kind: view.kind, state: view.state, done: view.done, total: view.total, refused: view.refused },
    rate_per_second: rate,
    seconds_left: rate === null || view.total === null ? null : Math.max(0, view.total - view.done) / rate,
    ...{ code: view.code, message: view.message, created_at: view.createdAt.toISOString(), updated_at: view.updatedAt.toISOString() },
  };
}

/** Names of server-sent events: `position`, `import`, and the kinds of changes. */
export function toSseEvent(event: DatasetFeedEvent): SseEvent {
  if (event.kind === 'position') return { id: String(event.seq), event: 'position', data: { seq: event.seq, missed: event.missed } };
  if (event.kind === 'import') return { id: String(event.seq), event: 'import', data: toImportResponse(event.import) };
  const { seq, kind, at, actor, number, revision } = event.change;
  return { id: String(seq), event: kind, data: { seq, at: at.toISOString(), actor, image_id: number, revision } };
}

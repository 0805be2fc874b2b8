import type { SseEvent } from '../../../../../platform/sse/sse-stream.js';
import type { DatasetFeedEvent } from '../../../application/dataset-feed.js';
import { toImportResponse } from './import.schemas.js';

/** Names of server-sent events: `position`, `import`, and the kinds of changes. */
export function toSseEvent(event: DatasetFeedEvent): SseEvent {
  if (event.kind === 'position') return { id: String(event.seq), event: 'position', data: { seq: event.seq, missed: event.missed } };
  if (event.kind === 'import') return { id: String(event.seq), event: 'import', data: toImportResponse(event.import) };
  const { seq, kind, at, actor, number, revision } = event.change;
  return { id: String(seq), event: kind, data: { seq, at: at.toISOString(), actor, image_id: number, revision } };
}

import { send } from '../../../api/http.js';
import { problemOf, type Problem } from '../../../api/problem.js';
import type { JsonObject } from '../../../engine/index.js';
import type { PatchAnswer, SendPatch } from '../../../engine/save/index.js';

const isRecord = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
/** Answers that another try will not change. */
const REFUSED: readonly number[] = [400, 403, 404, 405, 409, 413, 415, 422, 428];

/** `PATCH datasets/{id}/annotations/{image_id}` for the saver. */
export function patchTransport(datasetId: string): SendPatch {
  return async ({ imageId, revision, key, body, keepalive }) => {
    try {
      const headers = { 'if-match': `"${revision}"`, 'idempotency-key': key };
      const response = await send('PATCH', `datasets/${encodeURIComponent(datasetId)}/annotations/${imageId}`, { body, headers, keepalive });
      const document: unknown = await response.json();
      return isRecord(document) ? { kind: 'saved', document } : { kind: 'unreachable', retryAfterSeconds: null };
    } catch (error) {
      return answerOf(problemOf(error));
    }
  };
}

function answerOf({ status, code, detail, current, retryAfterSeconds }: Problem): PatchAnswer {
  if (status === 412 && isRecord(current)) return { kind: 'stale', current };
  if (status === 401) return { kind: 'logged-out' };
  if (REFUSED.includes(status)) return { kind: 'refused', status, code, detail };
  return { kind: 'unreachable', retryAfterSeconds };
}

import { send } from '../../../api/http.js';
import { problemOf } from '../../../api/problem.js';
import { isRecord } from '../../../engine/index.js';
import { answerOfProblem, type SendPatch } from '../../../engine/save/index.js';


/** `PATCH datasets/{id}/annotations/{image_id}` for the saver. */
export function patchTransport(datasetId: string): SendPatch {
  return async ({ imageId, revision, key, body, keepalive }) => {
    try {
      const headers = { 'if-match': `"${revision}"`, 'idempotency-key': key };
      const response = await send('PATCH', `datasets/${encodeURIComponent(datasetId)}/annotations/${imageId}`, { body, headers, keepalive });
      const document: unknown = await response.json();
      return isRecord(document) ? { kind: 'saved', document } : { kind: 'unreachable', retryAfterSeconds: null };
    } catch (error) {
      return answerOfProblem(problemOf(error));
    }
  };
}

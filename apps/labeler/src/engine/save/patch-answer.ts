import { isRecord } from '../model/json.js';
import type { PatchAnswer } from './save-types.js';

/** What of a problem document the saver goes by. */
export interface PatchProblem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  /** Of a 412: the labels as they are. */
  readonly current: unknown;
  readonly retryAfterSeconds: number | null;
}

/** Answers that another try will not change. */
const REFUSED: readonly number[] = [400, 403, 404, 405, 409, 413, 415, 422, 428];

/** Anything else, such as no network, may pass. */
export function answerOfProblem({ status, code, detail, current, retryAfterSeconds }: PatchProblem): PatchAnswer {
  if (status === 412 && isRecord(current)) return { kind: 'stale', current };
  if (status === 401) return { kind: 'logged-out' };
  // 409 like a refusal, but only the echo of our own first try, whose answer was lost on its way.
  if (code === 'in-progress') return { kind: 'unreachable', retryAfterSeconds };
  if (REFUSED.includes(status)) return { kind: 'refused', status, code, detail };
  return { kind: 'unreachable', retryAfterSeconds };
}

import { describe, expect, it } from 'vitest';
import { answerOfProblem, type PatchProblem } from './patch-answer.js';

const kindOf = (status: number, more: Partial<PatchProblem> = {}): string => answerOfProblem({ status, code: 'x', detail: 'why', current: undefined, retryAfterSeconds: null, ...more }).kind;

describe('the answer to a PATCH', () => {
  it('is refused where another try changes nothing, and may pass otherwise', () => {
    expect([400, 403, 404, 409, 413, 422].map((status) => kindOf(status))).toEqual(Array.from({ length: 6 }, () => 'refused'));
    expect([0, 408, 429, 500, 502, 503, 504].map((status) => kindOf(status))).toEqual(Array.from({ length: 7 }, () => 'unreachable'));
    expect(kindOf(401)).toBe('logged-out');
    expect(answerOfProblem({ status: 429, code: 'rate-limited', detail: '', current: undefined, retryAfterSeconds: 7 })).toEqual({ kind: 'unreachable', retryAfterSeconds: 7 });
  });
  it('is waited for while the first try is still being worked on', () => {
    expect(kindOf(409, { code: 'in-progress' })).toBe('unreachable');
  });
  it('carries the labels where somebody was faster; without them it is tried again', () => {
    expect(answerOfProblem({ status: 412, code: 'version-conflict', detail: '', current: { revision: 3 }, retryAfterSeconds: null })).toEqual({ kind: 'stale', current: { revision: 3 } });
    expect(kindOf(412)).toBe('unreachable');
  });
});

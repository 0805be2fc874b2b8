import { describe, expect, it } from 'vitest';
import { Problem, problemOf } from './problem.js';
import { randomId } from './random-id.js';

describe('Problem', () => {
  it('reads a problem document', () => {
    const problem = Problem.parse(422, JSON.stringify({ status: 422, code: 'validation-failed', detail: 'No.', request_id: 'r1', errors: [{ code: 'x', message: 'y' }], errors_total: 1200 }), '30');
    expect(problem).toMatchObject({ status: 422, code: 'validation-failed', requestId: 'r1', errorsTotal: 1200, retryAfterSeconds: 30 });
  });

  it("makes one of a proxy's page, by its status", () => {
    expect(Problem.parse(502, '<html>bad gateway</html>')).toMatchObject({ code: 'unavailable', errors: [] });
    expect(Problem.parse(413, '')).toMatchObject({ code: 'too-large' });
    expect(Problem.parse(429, '[]', 'Wed, 21 Oct 2026 07:28:00 GMT')).toMatchObject({ code: 'rate-limited', retryAfterSeconds: null });
  });

  it('makes one of anything thrown', () => {
    expect(problemOf(new TypeError('x is not a function'))).toMatchObject({ code: 'page', detail: 'x is not a function' });
    expect(problemOf(new TypeError('Failed to fetch dynamically imported module: /assets/x.js'))).toMatchObject({ code: 'page-part' });
    const known = Problem.network();
    expect(problemOf(known)).toBe(known);
  });
});

describe('randomId', () => {
  it('makes UUIDs of version 4 in lower case, each another', () => {
    const ids = Array.from({ length: 200 }, randomId);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(ids).size).toBe(200);
  });
});

import type { DomainError, Finding } from '@app/kernel';
import { STATUS_TABLE } from './status-table.js';

/** RFC 9457. `errors` is capped; `errors_total` tells how many there were. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly request_id: string;
  readonly errors?: readonly Finding[];
  readonly errors_total?: number;
}

export const PROBLEM_MEDIA_TYPE = 'application/problem+json; charset=utf-8';
const MAX_FINDINGS = 1_000;

export function problemOf(error: DomainError, requestId: string): ProblemDocument {
  const { status, title } = STATUS_TABLE[error.code];
  const findings = error.findings;
  return {
    ...error.extensions,
    type: `urn:vision:problem:${error.code}`,
    title,
    status,
    code: error.code,
    detail: error.detail,
    request_id: requestId,
    ...(findings.length === 0 ? {} : { errors: findings.slice(0, MAX_FINDINGS) }),
    ...(findings.length > MAX_FINDINGS ? { errors_total: findings.length } : {}),
  };
}

/** Headers that go with a problem. */
export function problemHeaders(error: DomainError): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': PROBLEM_MEDIA_TYPE, 'cache-control': 'no-store' };
  if (error.code === 'unauthenticated') headers['www-authenticate'] = 'Bearer';
  if (error.retryAfterSeconds !== undefined) headers['retry-after'] = String(Math.ceil(error.retryAfterSeconds));
  return headers;
}

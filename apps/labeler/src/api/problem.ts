import type { Finding, ProblemDocument } from './types.js';

/** What went wrong with a request, whether the server said so (RFC 9457) or could not be reached (`network`, status 0). */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors: readonly Finding[];
  readonly errorsTotal: number;
  readonly requestId: string | null;
  readonly retryAfterSeconds: number | null;
  /** Of a `version-conflict`: what is there now. */
  readonly current: unknown;

  constructor(document: ProblemDocument, retryAfterSeconds: number | null = null) {
    super(`${document.code}: ${document.detail}`);
    this.name = 'Problem';
    this.status = document.status;
    this.code = document.code;
    this.detail = document.detail;
    this.errors = document.errors ?? [];
    this.errorsTotal = document.errors_total ?? this.errors.length;
    this.requestId = document.request_id ?? null;
    this.retryAfterSeconds = retryAfterSeconds;
    this.current = document.current;
  }

  static network(): Problem {
    return new Problem({ status: 0, code: 'network', detail: 'The server did not answer.' });
  }

  /** Reads an answer's body; an answer that is no problem document (a proxy's page) becomes one by its status. */
  static parse(status: number, body: string, retryAfter: string | null = null): Problem {
    const seconds = retryAfter === null || !/^\d+$/.test(retryAfter) ? null : Number(retryAfter);
    const document = documentOf(body);
    return new Problem(document ?? { status, code: codeOf(status), detail: `HTTP ${status}` }, seconds);
  }
}

function documentOf(body: string): ProblemDocument | null {
  try {
    const read: unknown = JSON.parse(body);
    const isProblem = typeof read === 'object' && read !== null && 'code' in read && 'status' in read && typeof read.code === 'string';
    return isProblem ? (read as ProblemDocument) : null;
  } catch {
    return null;
  }
}

const BY_STATUS: Readonly<Record<number, string>> = { 401: 'unauthenticated', 403: 'forbidden', 404: 'not-found', 409: 'state-conflict', 413: 'too-large', 429: 'rate-limited' };

function codeOf(status: number): string {
  const known = BY_STATUS[status];
  if (known !== undefined) return known;
  return status >= 500 ? 'unavailable' : 'malformed-request';
}

/** A part of the page is not there: no network, or a newer page was installed meanwhile. Browsers say it in different words. */
const PART_MISSING = /preload CSS|dynamically imported module|module script|Importing a module/i;

/** Any thrown thing as a problem, for the pages. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new Problem({ status: 0, code: PART_MISSING.test(detail) ? 'page-part' : 'page', detail });
}

const FINAL: ReadonlySet<string> = new Set(['not-found', 'invalid-parameter', 'forbidden', 'insufficient-scope']);
/** Asking again gives the same answer. */
export const isFinal = ({ code }: Pick<Problem, 'code'>): boolean => FINAL.has(code);

/**
 * The closed list of error codes that cross a boundary: `code` of a problem+json answer, of an NATS reply and of a finding's parent.
 * A client acts on the code, so a code is never renamed; add one here and in the status table of the backend, which is exhaustive.
 */
export const ERROR_CODES = [
  'malformed-request',
  'malformed-json',
  'invalid-parameter',
  'unauthenticated',
  'forbidden',
  'insufficient-scope',
  'not-found',
  'method-not-allowed',
  'not-acceptable',
  'unsupported-media-type',
  'headers-too-large',
  'state-conflict',
  'already-exists',
  'in-progress',
  'stale-attempt',
  'version-conflict',
  'precondition-required',
  'too-large',
  'validation-failed',
  'unsupported-image',
  'unsafe-archive',
  'idempotency-mismatch',
  'rate-limited',
  'quota-exceeded',
  'unavailable',
  'internal',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

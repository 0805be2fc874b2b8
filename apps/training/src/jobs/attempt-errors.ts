import { DomainError } from '@app/kernel';
import { StoreAccessDenied } from '@app/object-store';
import { reasonOf } from '../training-log.js';

export type StopReason = 'cancelled' | 'stale-attempt' | 'worker-stopped';

/** The attempt ends because somebody wants it to, not because something broke. The reason of the attempt's abort signal. */
export class AttemptStopped extends Error {
  constructor(readonly reason: StopReason) {
    super(`the attempt was stopped: ${reason}`);
    this.name = 'AttemptStopped';
  }
}

/** The attempt failed: a code, a sentence for people, and whether another attempt can help. */
export class AttemptFailure extends Error {
  readonly retryable: boolean;

  constructor(
    readonly code: string,
    readonly detail: string,
    options: { readonly retryable: boolean; readonly cause?: unknown },
  ) {
    super(`${code}: ${detail}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AttemptFailure';
    this.retryable = options.retryable;
  }
}

const FULL_DISK_CODES: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);

/** Any error as a failure with a code. Texts of unknown errors stay in the operator's log: they may name paths and hosts. */
export function toFailure(error: unknown): AttemptFailure {
  if (error instanceof AttemptFailure) return error;
  if (error instanceof StoreAccessDenied) {
    return new AttemptFailure('storage-auth', 'The object store refused the credential of the training service.', { retryable: false, cause: error });
  }
  if (error instanceof DomainError) return fromDomainError(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (FULL_DISK_CODES.has(code)) return new AttemptFailure('disk-full', 'The disk of the training service is full.', { retryable: true, cause: error });
  return new AttemptFailure('internal', 'The training stopped because of an error in the training service.', { retryable: true, cause: error });
}

function fromDomainError(error: DomainError): AttemptFailure {
  switch (error.code) {
    case 'unavailable':
      return new AttemptFailure('store-unavailable', 'The object store did not answer.', { retryable: true, cause: error });
    case 'not-found':
      return new AttemptFailure('object-missing', 'An object that the job needs is not in the store.', { retryable: false, cause: error });
    default: {
      const first = error.findings[0]?.message;
      return new AttemptFailure(error.code, first === undefined ? error.detail : `${error.detail} ${first}`, { retryable: false, cause: error });
    }
  }
}

/** The chain of causes in one line, for the operator's log. */
export function causesOf(error: unknown): string {
  const texts: string[] = [];
  for (let at: unknown = error; at !== undefined && texts.length < 5; at = at instanceof Error ? at.cause : undefined) texts.push(reasonOf(at));
  return texts.join(' <- ');
}

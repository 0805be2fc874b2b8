import { DomainError } from '@app/kernel';

/** There is no such object. */
export class ObjectNotFound extends DomainError {
  constructor(cause?: unknown) {
    super('not-found', 'The object is not in the store.', { cause });
  }
}

/** The key is taken and was to be free. */
export class ObjectExists extends DomainError {
  constructor(cause?: unknown) {
    super('already-exists', 'The store has an object of this name already.', { cause });
  }
}

export class StoreAccessDenied extends DomainError {
  constructor(cause?: unknown) {
    super('forbidden', 'The store refused the credential.', { cause });
  }
}

/** After bounded retries. */
export class StoreUnavailable extends DomainError {
  constructor(cause?: unknown) {
    super('unavailable', 'The object store does not answer.', { retryAfterSeconds: 5, cause });
  }
}

/** An error of the SDK as one of ours; endpoint, key and XML stay in the cause. An abort is handed on as it is. */
export function storeError(error: unknown, signal?: AbortSignal): unknown {
  if (signal?.aborted === true) return signal.reason;
  if (error instanceof DomainError) return error;
  const facts = error as { name?: string; $metadata?: { httpStatusCode?: number } } | null;
  if (facts?.name === 'ConditionalRequestConflict') return new ObjectExists(error);
  switch (facts?.$metadata?.httpStatusCode) {
    case 404:
      return new ObjectNotFound(error);
    case 412:
      return new ObjectExists(error);
    case 401:
    case 403:
      return new StoreAccessDenied(error);
    default:
      return new StoreUnavailable(error);
  }
}

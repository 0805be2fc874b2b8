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

/** What was to be copied has another ETag than it was known by. */
export class CopySourceChanged extends DomainError {
  constructor(cause?: unknown) {
    super('version-conflict', 'The object that was to be copied is another one now.', { cause });
  }
}

/** A part was not copied inside the store: what was to be put together so must be written whole. */
export class PartCopyRefused extends DomainError {
  /** `isOfStore`: it copies no parts at all (501, 405); else it took offence at this request (400), and the next one may pass. */
  constructor(
    readonly isOfStore: boolean,
    cause?: unknown,
  ) {
    super('unavailable', isOfStore ? 'The object store does not copy parts of objects.' : 'The object store refused to copy a part of an object.', { cause });
  }
}

/** An error of the SDK as one of ours; endpoint, key and XML stay in the cause. An abort is handed on as it is. */
export function storeError(error: unknown, signal?: AbortSignal): unknown {
  if (signal?.aborted === true) return signal.reason;
  if (error instanceof DomainError || error instanceof RangeError) return error;
  const facts = error as { name?: string; $metadata?: { httpStatusCode?: number } } | null;
  if (facts?.name === 'ConditionalRequestConflict') return new ObjectExists(error);
  const make = BY_STATUS.get(facts?.$metadata?.httpStatusCode ?? 0);
  return make === undefined ? new StoreUnavailable(error) : make(error);
}

const BY_STATUS: ReadonlyMap<number, (cause: unknown) => Error> = new Map<number, (cause: unknown) => Error>([
  [401, (cause) => new StoreAccessDenied(cause)],
  [403, (cause) => new StoreAccessDenied(cause)],
  [404, (cause) => new ObjectNotFound(cause)],
  [412, (cause) => new ObjectExists(cause)],
  // The caller's mistake, which no repeat heals.
  [416, (cause) => new RangeError('the range lies outside the object', { cause })],
]);

/** A call to the store; what it throws is one of the errors above, or the signal's reason. */
export async function asStoreError<T>(signal: AbortSignal | undefined, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw storeError(error, signal);
  }
}

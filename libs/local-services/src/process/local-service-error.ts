/** A local service could not be started or stopped. The message is one sentence for the person at the terminal; show it without a stack. */
export class LocalServiceError extends Error {
  override readonly name = 'LocalServiceError';
}

/** Text of an unknown error, for the end of a sentence. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export const IDEMPOTENT_ROUTE = 'vision:idempotent-route';

export interface IdempotentOptions {
  /**
   * Whether the whole request is one unit of work with its key. False for work that takes long or writes its progress for others to see: a process killed
   * behind such an effect frees the key after a minute, and a repeat does the effect once more.
   */
  readonly atomic: boolean;
}

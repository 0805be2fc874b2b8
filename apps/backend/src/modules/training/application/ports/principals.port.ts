import type { Principal } from '../../../../platform/auth/principal.js';

export abstract class Principals {
  /** The person behind a job as of now; null when disabled or gone. */
  abstract ofUser(userId: string): Promise<Principal | null>;
  /** The principal of an API key; throws `unauthenticated`. */
  abstract ofApiKey(key: string): Promise<Principal>;
}

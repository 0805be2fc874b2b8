import { DomainError } from '@app/kernel';
import type { Principal } from './principal.js';

/** Who a credential belongs to. The Identity module answers; the guard and the NATS responders ask. */
export abstract class CredentialVerifier {
  /** Null for whatever is not a good credential now. */
  abstract verify(bearer: string): Promise<Principal | null>;
  /** The person as of now, for work that goes on in their name; null when disabled or gone. */
  abstract ofUser(userId: string): Promise<Principal | null>;

  /** For requests over NATS, which carry an API key. Throws `unauthenticated`. */
  async ofApiKey(key: string): Promise<Principal> {
    const principal = await this.verify(key);
    if (principal?.credential !== 'api-key') throw new DomainError('unauthenticated', 'A valid API key is needed.');
    return principal;
  }
}

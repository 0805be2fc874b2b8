import { Injectable } from '@nestjs/common';
import { CredentialVerifier } from '../../../platform/auth/credential-verifier.js';
import type { Principal } from '../../../platform/auth/principal.js';
import { Principals } from '../application/ports/principals.port.js';

@Injectable()
export class CredentialPrincipals extends Principals {
  constructor(private readonly verifier: CredentialVerifier) {
    super();
  }

  async ofUser(userId: string): Promise<Principal | null> {
    return this.verifier.ofUser(userId);
  }

  async ofApiKey(key: string): Promise<Principal> {
    return this.verifier.ofApiKey(key);
  }
}

import { Injectable } from '@nestjs/common';
import { SCOPES, type Principal } from '../../../platform/auth/principal.js';
import { GatheredQuestions } from '../../../platform/database/gathered-questions.js';
import { CredentialVerifier } from '../../../platform/auth/credential-verifier.js';
import { ApiKeys } from '../application/ports/credentials.port.js';
import { Users } from '../application/ports/users.port.js';
import type { User } from '../domain/user.js';
import { API_KEY_PREFIX } from './typeorm-api-keys.js';
import { JwtAccessTokens } from './jwt-access-tokens.js';

@Injectable()
export class IdentityCredentialVerifier extends CredentialVerifier {
  /** Requests that come together ask the database once. Nothing is kept: a user who was disabled is out at once. */
  private readonly current = new GatheredQuestions<string, User | null>((ids) => this.users.findMany(ids));

  constructor(
    private readonly users: Users,
    private readonly keys: ApiKeys,
    private readonly tokens: JwtAccessTokens,
  ) {
    super();
  }

  async verify(bearer: string): Promise<Principal | null> {
    if (bearer.startsWith(API_KEY_PREFIX)) return this.keys.authenticate(bearer);
    const claims = await this.tokens.verify(bearer);
    const user = claims === null ? null : await this.current.load(claims.userId);
    return user !== null && user.sessionEpoch === claims?.sessionEpoch ? sessionPrincipal(user) : null;
  }

  async ofUser(userId: string): Promise<Principal | null> {
    const user = await this.users.find(userId);
    return user === null ? null : sessionPrincipal(user);
  }
}

function sessionPrincipal(user: User): Principal | null {
  if (user.disabledAt !== null) return null;
  const scopes = SCOPES.filter((scope) => scope !== 'admin' || user.isAdmin);
  return { userId: user.id, email: user.email, isAdmin: user.isAdmin, credential: 'session', scopes };
}

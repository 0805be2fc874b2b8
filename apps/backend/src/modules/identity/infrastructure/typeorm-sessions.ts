import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import { UnitOfWork } from '../../../platform/database/unit-of-work.js';
import { Sessions, type Session } from '../application/ports/credentials.port.js';
import { Users } from '../application/ports/users.port.js';
import type { User } from '../domain/user.js';
import { ACCESS_TOKEN_SECONDS, JwtAccessTokens } from './jwt-access-tokens.js';

const REFRESH_DAYS = 30;
/** Two tabs that refresh at once are no theft. */
const REUSE_GRACE_SECONDS = 10;

interface TokenRow {
  readonly hash: string;
  readonly family: string;
  readonly user_id: string;
  readonly session_epoch: number;
  readonly alive: boolean;
  readonly reused: boolean;
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

@Injectable()
export class TypeormSessions extends Sessions {
  constructor(
    private readonly transaction: TransactionContext,
    private readonly unitOfWork: UnitOfWork,
    private readonly users: Users,
    private readonly tokens: JwtAccessTokens,
  ) {
    super();
  }

  async open(user: User): Promise<Session> {
    return this.issue(user, randomUUID());
  }

  async rotate(refreshToken: string): Promise<{ session: Session; user: User } | null> {
    return this.unitOfWork.run(async () => {
      const row = (
        await this.query<TokenRow>(
          `select hash, family, user_id, session_epoch, (revoked_at is null and expires_at > now()) as alive,
             (used_at is not null and used_at < now() - make_interval(secs => $2)) as reused
           from refresh_tokens where hash = $1 for update`,
          [hashOf(refreshToken), REUSE_GRACE_SECONDS],
        )
      )[0];
      if (row === undefined) return null;
      // A token that was used before and comes again was stolen, before or after: nobody keeps the session.
      if (row.reused) await this.query('update refresh_tokens set revoked_at = now() where family = $1', [row.family]);
      const user = row.reused || !row.alive ? null : await this.users.find(row.user_id);
      if (user === null || user.disabledAt !== null || user.sessionEpoch !== row.session_epoch) return null;
      await this.query('update refresh_tokens set used_at = coalesce(used_at, now()) where hash = $1', [row.hash]);
      return { session: await this.issue(user, row.family), user };
    });
  }

  async close(refreshToken: string): Promise<void> {
    await this.query('update refresh_tokens set revoked_at = now() where family = (select family from refresh_tokens where hash = $1)', [hashOf(refreshToken)]);
  }

  private async issue(user: User, family: string): Promise<Session> {
    const refreshToken = randomBytes(32).toString('base64url');
    const refreshExpiresAt = new Date(Date.now() + REFRESH_DAYS * 86_400_000);
    await this.query('insert into refresh_tokens (hash, family, user_id, session_epoch, expires_at) values ($1, $2, $3, $4, $5)', [hashOf(refreshToken), family, user.id, user.sessionEpoch, refreshExpiresAt]);
    await this.query('delete from refresh_tokens where user_id = $1 and expires_at < now()', [user.id]);
    const accessToken = await this.tokens.sign({ userId: user.id, sessionEpoch: user.sessionEpoch });
    return { accessToken, expiresInSeconds: ACCESS_TOKEN_SECONDS, refreshToken, refreshExpiresAt };
  }

  private async query<T>(sql: string, parameters: unknown[]): Promise<T[]> {
    return this.transaction.manager().query(sql, parameters) as Promise<T[]>;
  }
}

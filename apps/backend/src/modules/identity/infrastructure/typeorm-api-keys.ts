import { createHash, randomBytes } from 'node:crypto';
import { newId } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { SCOPES, type Principal, type Scope } from '../../../platform/auth/principal.js';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import { ApiKeys } from '../application/ports/credentials.port.js';
import type { ApiKey, User } from '../domain/user.js';

export const API_KEY_PREFIX = 'vk_';
const HINT_LENGTH = 9;
/** The last use is for people to read; not every request writes. */
const NOTE_USE_EVERY_SECONDS = 60;

interface KeyRow {
  readonly id: string;
  readonly user_id: string;
  readonly name: string;
  readonly hint: string;
  readonly scopes: readonly Scope[];
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly last_used_at: Date | null;
}

const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex');

@Injectable()
export class TypeormApiKeys extends ApiKeys {
  constructor(private readonly transaction: TransactionContext) {
    super();
  }

  async create(key: { user: User; name: string; scopes: readonly Scope[]; expiresAt: Date | null }): Promise<{ key: string; apiKey: ApiKey }> {
    const text = API_KEY_PREFIX + randomBytes(32).toString('base64url');
    const rows = await this.query<KeyRow>(
      `with made as (insert into api_keys (id, user_id, name, hash, hint, scopes, session_epoch, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, now(), $8) returning *) select * from made`,
      [newId(), key.user.id, key.name, hashOf(text), text.slice(0, HINT_LENGTH), key.scopes, key.user.sessionEpoch, key.expiresAt],
    );
    const row = rows[0];
    if (row === undefined) throw new Error('the key was not stored');
    return { key: text, apiKey: keyOf(row) };
  }

  async list(userId: string): Promise<readonly ApiKey[]> {
    const rows = await this.query<KeyRow>(
      `select k.* from api_keys k join users u on u.id = k.user_id and u.session_epoch = k.session_epoch where k.user_id = $1 and k.revoked_at is null order by k.created_at, k.id`,
      [userId],
    );
    return rows.map(keyOf);
  }

  async revoke(userId: string, id: string): Promise<boolean> {
    return (await this.query('with gone as (update api_keys set revoked_at = now() where id = $1 and user_id = $2 and revoked_at is null returning 1) select * from gone', [id, userId])).length === 1;
  }

  async authenticate(key: string): Promise<Principal | null> {
    if (!key.startsWith(API_KEY_PREFIX) || key.length > 100) return null;
    const rows = await this.query<KeyRow & { email: string; is_admin: boolean; stale: boolean }>(
      `select k.*, u.email, u.is_admin, (k.last_used_at is null or k.last_used_at < now() - make_interval(secs => $2)) as stale
       from api_keys k join users u on u.id = k.user_id
       where k.hash = $1 and k.revoked_at is null and (k.expires_at is null or k.expires_at > now()) and u.disabled_at is null and u.session_epoch = k.session_epoch`,
      [hashOf(key), NOTE_USE_EVERY_SECONDS],
    );
    const row = rows[0];
    if (row === undefined) return null;
    if (row.stale) await this.query('update api_keys set last_used_at = now() where id = $1', [row.id]);
    const scopes = SCOPES.filter((scope) => row.scopes.includes(scope));
    // A key without the scope `admin` is no administrator's credential: it sees what its owner is a member of.
    return { userId: row.user_id, email: row.email, isAdmin: row.is_admin && scopes.includes('admin'), credential: 'api-key', scopes, apiKeyId: row.id };
  }

  private async query<T>(sql: string, parameters: unknown[]): Promise<T[]> {
    return this.transaction.manager().query(sql, parameters) as Promise<T[]>;
  }
}

function keyOf(row: KeyRow): ApiKey {
  return { id: row.id, userId: row.user_id, name: row.name, hint: row.hint, scopes: row.scopes, createdAt: row.created_at, expiresAt: row.expires_at, lastUsedAt: row.last_used_at };
}

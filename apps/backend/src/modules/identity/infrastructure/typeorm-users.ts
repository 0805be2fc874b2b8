import { DomainError } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { sqlStateOf } from '../../../platform/errors/sql-state.js';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import { Users, type NewUser } from '../application/ports/users.port.js';
import type { User } from '../domain/user.js';

interface UserRow {
  readonly id: string;
  readonly email: string;
  readonly display_name: string;
  readonly password_hash: string;
  readonly is_admin: boolean;
  readonly must_change_password: boolean;
  readonly disabled_at: Date | null;
  readonly session_epoch: number;
  readonly created_at: Date;
}

const INSERT = `insert into users (id, email, display_name, password_hash, is_admin, must_change_password, created_at) select $1, $2, $3, $4, $5, $6, $7`;

@Injectable()
export class TypeormUsers extends Users {
  constructor(private readonly transaction: TransactionContext) {
    super();
  }

  async find(id: string): Promise<User | null> {
    const rows = await this.query<UserRow>('select * from users where id = $1', [id]);
    return rows.map(userOf)[0] ?? null;
  }

  async findMany(ids: readonly string[]): Promise<readonly (User | null)[]> {
    const rows = await this.query<UserRow>('select * from users where id = any($1::uuid[])', [[...new Set(ids)]]);
    const found = new Map(rows.map((row) => [row.id, userOf(row)]));
    return ids.map((id) => found.get(id) ?? null);
  }

  async findByEmail(email: string): Promise<(User & { passwordHash: string }) | null> {
    const rows = await this.query<UserRow>('select * from users where lower(email) = lower($1)', [email]);
    return rows.map((row) => ({ ...userOf(row), passwordHash: row.password_hash }))[0] ?? null;
  }

  async passwordHashOf(id: string): Promise<string | null> {
    const rows = await this.query<UserRow>('select * from users where id = $1', [id]);
    return rows[0]?.password_hash ?? null;
  }

  async list(page: { limit: number; after?: { key: string; id: string } }): Promise<readonly User[]> {
    const rows = await this.query<UserRow>(
      'select * from users where ($1::text is null or (lower(email), id) > (lower($1), $2::uuid)) order by lower(email), id limit $3',
      [page.after?.key ?? null, page.after?.id ?? null, page.limit],
    );
    return rows.map(userOf);
  }

  async insert(user: NewUser): Promise<void> {
    try {
      await this.query(INSERT, valuesOf(user));
    } catch (error) {
      if (sqlStateOf(error) !== '23505') throw error;
      throw new DomainError('already-exists', 'There is a user with this e-mail address.', { cause: error });
    }
  }

  async insertFirst(user: NewUser): Promise<boolean> {
    // Two replicas that start at once: the second waits here and then finds a user.
    await this.query('lock table users in share row exclusive mode', []);
    const rows = await this.query(`with made as (${INSERT} where not exists (select 1 from users) returning 1) select * from made`, valuesOf(user));
    return rows.length === 1;
  }

  async update(id: string, change: { displayName?: string; isAdmin?: boolean }): Promise<void> {
    await this.query('update users set display_name = coalesce($2, display_name), is_admin = coalesce($3, is_admin) where id = $1', [id, change.displayName ?? null, change.isAdmin ?? null]);
  }

  async setPassword(id: string, passwordHash: string, options: { mustChange: boolean }): Promise<void> {
    await this.query(
      `update users set password_hash = $2, must_change_password = $3, session_epoch = session_epoch + 1, password_changed_at = case when $3 then password_changed_at else now() end where id = $1`,
      [id, passwordHash, options.mustChange],
    );
  }

  async setDisabled(id: string, disabledAt: Date | null): Promise<void> {
    await this.query('update users set disabled_at = $2, session_epoch = session_epoch + 1 where id = $1', [id, disabledAt]);
  }

  async countEnabledAdministrators(): Promise<number> {
    return (await this.query('select id from users where is_admin and disabled_at is null for update', [])).length;
  }

  async audit(entry: { actorId: string; action: string; subjectId: string; details?: unknown }): Promise<void> {
    await this.query('insert into audit_log (actor_id, action, subject_id, details) values ($1, $2, $3, $4)', [entry.actorId, entry.action, entry.subjectId, JSON.stringify(entry.details ?? {})]);
  }

  private async query<T>(sql: string, parameters: unknown[]): Promise<T[]> {
    return this.transaction.manager().query(sql, parameters) as Promise<T[]>;
  }
}

const valuesOf = (user: NewUser): unknown[] => [user.id, user.email, user.displayName, user.passwordHash, user.isAdmin, user.mustChangePassword, user.createdAt];

export function userOf(row: UserRow): User {
  return {
    id: row.id,
    email: row.email,
    displayName: row.display_name,
    isAdmin: row.is_admin,
    mustChangePassword: row.must_change_password,
    disabledAt: row.disabled_at,
    sessionEpoch: row.session_epoch,
    createdAt: row.created_at,
  };
}

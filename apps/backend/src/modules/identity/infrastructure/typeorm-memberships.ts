import { Injectable } from '@nestjs/common';
import type { DatasetRole } from '../../../platform/auth/access-policy.js';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import { Memberships, type Member } from '../application/ports/memberships.port.js';
import { Users } from '../application/ports/users.port.js';

@Injectable()
export class TypeormMemberships extends Memberships {
  constructor(
    private readonly transaction: TransactionContext,
    private readonly users: Users,
  ) {
    super();
  }

  async grant(datasetId: string, userId: string, { role, by }: { role: DatasetRole; by: string }): Promise<void> {
    await this.query(
      'insert into dataset_members (dataset_id, user_id, role) values ($1, $2, $3) on conflict (dataset_id, user_id) do update set role = excluded.role, granted_at = now()',
      [datasetId, userId, role],
    );
    await this.users.audit({ actorId: by, action: 'dataset.grant', subjectId: datasetId, details: { user_id: userId, role } });
  }

  async revoke(datasetId: string, userId: string, by: string): Promise<boolean> {
    const rows = await this.query('with revoked as (delete from dataset_members where dataset_id = $1 and user_id = $2 returning 1) select * from revoked', [datasetId, userId]);
    if (rows.length === 1) await this.users.audit({ actorId: by, action: 'dataset.revoke', subjectId: datasetId, details: { user_id: userId } });
    return rows.length === 1;
  }

  async list(datasetId: string): Promise<readonly Member[]> {
    return this.query<Member>(
      `select m.user_id as "userId", u.email, u.display_name as "displayName", m.role, m.granted_at as "grantedAt", u.disabled_at is not null as "isDisabled"
       from dataset_members m join users u on u.id = m.user_id where m.dataset_id = $1 order by lower(u.email), u.id`,
      [datasetId],
    );
  }

  async lockOwners(datasetId: string): Promise<readonly string[]> {
    const rows = await this.query<{ user_id: string }>(`select user_id from dataset_members where dataset_id = $1 and role = 'owner' order by user_id for update`, [datasetId]);
    return rows.map((row) => row.user_id);
  }

  async findUser(email: string): Promise<string | null> {
    const user = await this.users.findByEmail(email);
    return user?.disabledAt === null ? user.id : null;
  }

  private async query<T>(sql: string, parameters: unknown[]): Promise<T[]> {
    return this.transaction.manager().query(sql, parameters) as Promise<T[]>;
  }
}

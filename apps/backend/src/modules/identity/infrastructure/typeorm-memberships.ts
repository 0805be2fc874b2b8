import { Injectable } from '@nestjs/common';
import type { DatasetRole } from '../../../platform/auth/access-policy.js';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import { Memberships } from '../application/ports/memberships.port.js';

@Injectable()
export class TypeormMemberships extends Memberships {
  constructor(private readonly transaction: TransactionContext) {
    super();
  }

  async grant(datasetId: string, userId: string, role: DatasetRole): Promise<void> {
    await this.transaction
      .manager()
      .query('insert into dataset_members (dataset_id, user_id, role) values ($1, $2, $3) on conflict (dataset_id, user_id) do update set role = excluded.role, granted_at = now()', [datasetId, userId, role]);
  }
}

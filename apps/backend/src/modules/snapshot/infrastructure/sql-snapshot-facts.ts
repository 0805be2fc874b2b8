import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import { USER_TABLE } from '../../identity/index.js';
import { SnapshotFacts, type SnapshotFactsView, type ZipProgressView } from '../application/ports/snapshot-facts.port.js';

const OF = `
  select s.id, u.display_name as name, s.zip_state = 'building' as "isBuilding", s.zip_done::float8 as done, s.zip_total::float8 as total, s.zip_started_at as "startedAt"
  from snapshots s left join ${USER_TABLE} u on u.id = s.requested_by where s.id = any($1::uuid[])`;

interface FactsRow extends ZipProgressView {
  readonly id: string;
  readonly name: string | null;
  readonly isBuilding: boolean;
}

@Injectable()
export class SqlSnapshotFacts extends SnapshotFacts {
  constructor(private readonly transaction: TransactionContext) {
    super();
  }

  async of(snapshotIds: readonly string[]): Promise<ReadonlyMap<string, SnapshotFactsView>> {
    if (snapshotIds.length === 0) return new Map();
    const rows = await this.query<FactsRow>(OF, [snapshotIds]);
    return new Map(rows.map(({ id, name, isBuilding, done, total, startedAt }) => [id, { requestedByName: name, progress: isBuilding ? { done, total, startedAt } : null }]));
  }

  private async query<T>(sql: string, parameters: unknown[]): Promise<T[]> {
    return this.transaction.manager().query(sql, parameters) as Promise<T[]>;
  }
}

import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import { USER_TABLE } from '../../identity/index.js';
import { SnapshotFacts, type SnapshotFactsView, type ZipProgressView } from '../application/ports/snapshot-facts.port.js';

/** A build that begins anew has done less than was told before. */
const REPORT = `
  with told as (
    update snapshots set zip_done = $2, zip_total = $3, zip_started_at = case when zip_started_at is null or $2 <= coalesce(zip_done, 0) then now() else zip_started_at end
    where id = $1 and zip_state = 'building' and state in ('building','ready') returning id)
  select id from told`;
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

  async reportZip(snapshotId: string, done: number, total: number): Promise<boolean> {
    return (await this.query<{ id: string }>(REPORT, [snapshotId, done, total])).length > 0;
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

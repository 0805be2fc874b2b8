import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import { MEMBERSHIP_TABLE } from '../../identity/index.js';
import { Trash, type TrashedDataset } from '../application/ports/trash.port.js';

/** Rows in one statement: a second at most. */
const BATCH = 10_000;
/** Those that hang on images come first. */
const LARGE_TABLES = ['suggestions', 'image_proposals', 'image_processing', 'dataset_image_classes', 'dataset_changes', 'image_uploads', 'dataset_findings', 'dataset_images'];

@Injectable()
export class TypeormTrash extends Trash {
  constructor(private readonly transaction: TransactionContext) {
    super();
  }

  async list({ deletedBefore, limit }: { deletedBefore: Date | null; limit: number }): Promise<readonly TrashedDataset[]> {
    return this.query<TrashedDataset>(
      `select id, name, deleted_at as "deletedAt", num_images as "numImages", image_bytes::float8 as "imageBytes", purge_started_at is not null as "isGoing"
       from datasets where deleted_at is not null and ($1::timestamptz is null or deleted_at < $1) order by deleted_at, id limit $2`,
      [deletedBefore, limit],
    );
  }

  async begin(datasetId: string, deletedBefore: Date): Promise<boolean> {
    const rows = await this.query(
      // A training that began before reads the zip until it ends.
      `with begun as (update datasets set purge_started_at = coalesce(purge_started_at, clock_timestamp()) where id = $1 and deleted_at < $2
       and not exists (select 1 from training_jobs j where j.dataset_id = $1 and j.state not in ('completed','failed','cancelled')) returning 1) select * from begun`,
      [datasetId, deletedBefore],
    );
    return rows.length === 1;
  }

  async removeRows(datasetId: string): Promise<void> {
    for (const table of LARGE_TABLES) await this.empty(table, datasetId);
    await this.query(`delete from ${MEMBERSHIP_TABLE} where dataset_id = $1`, [datasetId]);
    await this.query('delete from datasets where id = $1 and purge_started_at is not null', [datasetId]);
  }

  async datasetIds(after: string, limit: number): Promise<readonly string[]> {
    const rows = await this.query<{ id: string }>('select id from datasets where id > $1 order by id limit $2', [after, limit]);
    return rows.map((row) => row.id);
  }

  private async empty(table: string, datasetId: string): Promise<void> {
    const text = `with gone as (delete from ${table} where ctid = any(array(select ctid from ${table} where dataset_id = $1 limit ${BATCH})) returning 1) select count(*)::int as count from gone`;
    for (let count = BATCH; count === BATCH; ) count = (await this.query<{ count: number }>(text, [datasetId]))[0]?.count ?? 0;
  }

  private async query<T>(sql: string, parameters: unknown[]): Promise<T[]> {
    return this.transaction.manager().query(sql, parameters) as Promise<T[]>;
  }
}

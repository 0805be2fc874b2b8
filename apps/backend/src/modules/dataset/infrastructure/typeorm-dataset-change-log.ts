import { taskTypeSchema } from '@app/contracts';
import { DomainError } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import { DatasetChangeLog, type CounterChange, type DatasetChange, type LockedDataset } from '../application/ports/dataset-change-log.port.js';

interface LockedRow {
  readonly id: string;
  readonly status: string;
  readonly task_type: string;
  readonly multi_label: boolean;
  readonly change_seq: string;
  readonly classes_revision: number;
  readonly labels_loaded: boolean;
  readonly split_config: unknown;
}

@Injectable()
export class TypeormDatasetChangeLog extends DatasetChangeLog {
  constructor(private readonly transaction: TransactionContext) {
    super();
  }

  async lock(datasetId: string): Promise<LockedDataset> {
    const rows = await this.query<LockedRow>('select id, status, task_type, multi_label, change_seq, classes_revision, labels_loaded, split_config from datasets where id = $1 and deleted_at is null for update', [datasetId]);
    const row = rows[0];
    if (row === undefined) throw new DomainError('not-found', 'There is no such resource, or you may not see it.');
    if (row.status !== 'ready') throw new DomainError('state-conflict', 'The zip of this dataset is still being validated.', { retryAfterSeconds: 5 });
    return { id: row.id, taskType: taskTypeSchema.parse(row.task_type), multiLabel: row.multi_label, changeSeq: Number(row.change_seq), classesRevision: row.classes_revision, labelsLoaded: row.labels_loaded, splitConfig: row.split_config };
  }

  async append(datasetId: string, actor: string, changes: readonly DatasetChange[]): Promise<number> {
    const rows = await this.query<{ last: string }>(
      `with moved as (update datasets set change_seq = change_seq + $2, changed_at = clock_timestamp(), updated_at = clock_timestamp() where id = $1 returning change_seq) select change_seq as last from moved`,
      [datasetId, changes.length],
    );
    const first = Number(rows[0]?.last ?? 0) - changes.length + 1;
    await this.query(
      `insert into dataset_changes (dataset_id, seq, actor, kind, number, revision, body)
       select $1, $2::bigint + place - 1, $3, kind, number, revision, body::jsonb
       from unnest($4::text[], $5::int[], $6::int[], $7::text[]) with ordinality as given (kind, number, revision, body, place)`,
      [datasetId, first, actor, changes.map((one) => one.kind), changes.map((one) => one.number ?? null), changes.map((one) => one.revision ?? null), changes.map((one) => JSON.stringify(one.body))],
    );
    return first;
  }

  async takeImageNumbers(datasetId: string, count: number): Promise<number> {
    const rows = await this.query<{ next: number }>(
      'with taken as (update datasets set next_image_number = next_image_number + $2 where id = $1 returning next_image_number) select next_image_number as next from taken',
      [datasetId, count],
    );
    return (rows[0]?.next ?? 1) - count;
  }

  async count(datasetId: string, { images = 0, labeled = 0, imageBytes = 0, splits = {} }: CounterChange): Promise<void> {
    const { train = 0, val = 0, test = 0, unassigned = 0 } = splits;
    await this.query(
      `update datasets set num_images = num_images + $2, num_labeled = num_labeled + $3, image_bytes = image_bytes + $4,
         splits = jsonb_build_object('train', (splits->>'train')::int + $5, 'val', (splits->>'val')::int + $6, 'test', (splits->>'test')::int + $7, 'unassigned', (splits->>'unassigned')::int + $8)
       where id = $1`,
      [datasetId, images, labeled, imageBytes, train, val, test, unassigned],
    );
  }

  private async query<T>(sql: string, parameters: unknown[]): Promise<T[]> {
    return this.transaction.manager().query(sql, parameters) as Promise<T[]>;
  }
}

import { DomainError } from '@app/kernel';
import { OutboxRelay } from '@app/messaging';
import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import { UnitOfWork } from '../../../platform/database/unit-of-work.js';
import { CLASS_TABLE, DATASET_TABLE, IMAGE_CLASS_TABLE, IMAGE_TABLE } from '../../dataset/index.js';
import type { LabelEdit, StoredLabels } from '../application/ports/annotation-store.port.js';
import { ClassStore, type ClassList, type LiveClass } from '../application/ports/class-store.port.js';
import { answerOf, type ImageRow, type WrittenRow } from './label-row.js';
import { writeStatement } from './write-statement.js';

const LIST = `
  select d.classes_revision as revision, d.next_class_id as "nextClassId",
    coalesce((select jsonb_agg(jsonb_build_object('id', class_id, 'name', name, 'color', color, 'details', details, 'imageCount', image_count) order by position, class_id) from ${CLASS_TABLE} where dataset_id = d.id), '[]') as classes
  from ${DATASET_TABLE} d where d.id = $1 and d.deleted_at is null`;
const REMOVE = `delete from ${CLASS_TABLE} where dataset_id = $1 and class_id <> all($2::int[])`;
const PUT = `
  insert into ${CLASS_TABLE} (dataset_id, class_id, name, color, position, details)
  select $1, id, name, color, place - 1, details::jsonb from unnest($2::int[], $3::text[], $4::text[], $5::text[]) with ordinality as given (id, name, color, details, place)
  on conflict (dataset_id, class_id) do update set name = excluded.name, color = excluded.color, position = excluded.position, details = excluded.details`;
const MOVE = `update ${DATASET_TABLE} set classes_revision = classes_revision + 1, next_class_id = $2, num_classes = $3 where id = $1`;
const IMAGES = `
  select null as repeat_revision, null as repeat_hash, i.number, i.width, i.height, i.revision, i.status, i.no_object, i.objects, i.next_object_number, i.labeled_by, i.labeled_at, i.reviewed_by, i.reviewed_at
  from ${IMAGE_CLASS_TABLE} c join ${IMAGE_TABLE} i on i.dataset_id = c.dataset_id and i.number = c.number and i.removed_seq is null
  where c.dataset_id = $1 and c.class_id = $2 and c.number > $3 order by c.number limit $4`;

@Injectable()
export class SqlClassStore extends ClassStore {
  constructor(
    private readonly transaction: TransactionContext,
    private readonly unitOfWork: UnitOfWork,
    private readonly relay: OutboxRelay,
  ) {
    super();
  }

  async list(datasetId: string): Promise<ClassList | null> {
    return (await this.query<{ revision: number; nextClassId: number; classes: readonly LiveClass[] }>(LIST, [datasetId]))[0] ?? null;
  }

  async replace(datasetId: string, { classes, nextClassId }: Pick<ClassList, 'classes' | 'nextClassId'>): Promise<void> {
    const ids = classes.map((one) => one.id);
    await this.query(REMOVE, [datasetId, ids]);
    await this.query(PUT, [datasetId, ids, classes.map((one) => one.name), classes.map((one) => one.color), classes.map((one) => JSON.stringify(one.details))]);
    await this.query(MOVE, [datasetId, nextClassId, classes.length]);
  }

  async imagesOf(datasetId: string, classId: number, { after, limit }: { after: number; limit: number }): Promise<readonly StoredLabels[]> {
    const rows = await this.query<ImageRow>(IMAGES, [datasetId, classId, after, limit]);
    return rows.flatMap((row) => answerOf(row)?.labels ?? []);
  }

  async relabel(datasetId: string, edits: readonly LabelEdit[]): Promise<void> {
    const list = await this.list(datasetId);
    const { text, values } = writeStatement(datasetId, list?.revision, edits);
    const rows = await this.query<WrittenRow>(text, values);
    if (rows.filter((row) => row.place !== null).length !== edits.length) throw new DomainError('unavailable', 'The labels were changed by another request at the same moment. Try again.', { retryAfterSeconds: 1 });
    this.unitOfWork.afterCommit(() => this.relay.wake());
  }

  private async query<T>(sql: string, parameters: unknown[]): Promise<T[]> {
    return this.transaction.manager().query(sql, parameters) as Promise<T[]>;
  }
}

import { taskTypeSchema } from '@app/contracts';
import type { Finding } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { DatasetRole } from '../../../platform/auth/access-policy.js';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import {
  DatasetReadModel,
  type DatasetClassView,
  type DatasetFacts,
  type DatasetImageView,
  type NamedImageView,
  type DatasetListFilter,
  type DatasetSort,
  type DatasetView,
  type LabeledCounts,
} from '../application/ports/dataset-read-model.port.js';
import { stateOfRow, type DatasetRow } from './dataset.row.js';
import { MEMBERSHIP_TABLE } from '../../identity/index.js';

type ViewRow = DatasetRow & { readonly role: DatasetRole | null; readonly classes: readonly DatasetClassView[]; readonly warnings: readonly Finding[] };

/** Warnings that travel with a dataset; the rest is asked for by page. */
const WARNINGS_SHOWN = 20;
const IMAGE_PAGE = 5_000;

const SELECT = `
  select d.*, m.role,
    coalesce((select jsonb_agg(jsonb_build_object('id', c.class_id, 'name', c.name, 'color', c.color, 'count', c.image_count) order by c.position)
              from dataset_classes c where c.dataset_id = d.id), '[]') as classes,
    coalesce((select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('code', f.code, 'message', f.message, 'pointer', f.pointer, 'entry', f.entry, 'hint', f.hint)) order by f.position)
              from dataset_findings f where f.dataset_id = d.id and f.position <= ${WARNINGS_SHOWN}), '[]') as warnings
  from datasets d left join ${MEMBERSHIP_TABLE} m on m.dataset_id = d.id and m.user_id = $1`;

/** Page order by sort: the key column, the given key as the database makes the same of it (JavaScript lower-cases otherwise), and what compares them. */
const ORDERS: Readonly<Record<DatasetSort, { readonly key: string; readonly given: string; readonly after: '<' | '>' }>> = {
  newest: { key: 'd.created_at', given: '$6::timestamptz', after: '<' },
  oldest: { key: 'd.created_at', given: '$6::timestamptz', after: '>' },
  name: { key: 'lower(d.name)', given: 'lower($6::text)', after: '>' },
};

@Injectable()
export class TypeormDatasetReadModel extends DatasetReadModel {
  constructor(private readonly transaction: TransactionContext) {
    super();
  }

  async find(id: string, userId: string): Promise<DatasetView | null> {
    const rows = await this.query<ViewRow>(`${SELECT} where d.id = $2 and d.purge_started_at is null`, [userId, id]);
    return rows.map(viewOf)[0] ?? null;
  }

  async facts(questions: readonly { datasetId: string; userId: string }[]): Promise<readonly (DatasetFacts | null)[]> {
    const rows = await this.query<DatasetFacts & { place: number }>(
      `select q.place::int as place, d.id, d.task_type as "taskType", d.multi_label as "multiLabel", d.visibility, d.classes_revision as "classesRevision", d.labels_loaded as "labelsLoaded", m.role
       from unnest($1::text[], $2::uuid[]) with ordinality as q (dataset_id, user_id, place)
       join datasets d on d.id = q.dataset_id and d.deleted_at is null
       left join ${MEMBERSHIP_TABLE} m on m.dataset_id = d.id and m.user_id = q.user_id`,
      [questions.map((one) => one.datasetId), questions.map((one) => one.userId)],
    );
    const found = new Map(rows.map(({ place, ...facts }) => [place, { ...facts, taskType: taskTypeSchema.parse(facts.taskType) }]));
    return questions.map((_, index) => found.get(index + 1) ?? null);
  }

  async list(filter: DatasetListFilter): Promise<readonly DatasetView[]> {
    const order = ORDERS[filter.sort];
    const direction = order.after === '<' ? 'desc' : 'asc';
    const rows = await this.query<ViewRow>(
      `${SELECT}
       where (d.deleted_at is not null) = $2 and d.purge_started_at is null and ($3 or m.role is not null or (d.visibility = 'public' and not $2))
         and ($4::text is null or position(lower($4) in lower(d.name)) > 0) and ($5::text is null or d.task_type = $5)
         and ($6::text is null or (${order.key}, d.id) ${order.after} (${order.given}, $7))
       order by ${order.key} ${direction}, d.id ${direction} limit $8`,
      [filter.userId, filter.trashed, filter.everything, filter.search ?? null, filter.taskType ?? null, filter.after?.key ?? null, filter.after?.id ?? '', filter.limit],
    );
    return rows.map(viewOf);
  }

  async visibleIds(userId: string): Promise<readonly string[]> {
    const rows = await this.query<{ id: string }>(
      `select d.id from datasets d left join ${MEMBERSHIP_TABLE} m on m.dataset_id = d.id and m.user_id = $1
       where d.deleted_at is null and (m.role is not null or d.visibility = 'public')`,
      [userId],
    );
    return rows.map((row) => row.id);
  }

  async labeledCounts(id: string): Promise<LabeledCounts> {
    const rows = await this.query<LabeledCounts>(
      `select count(*) filter (where split = 'train')::int as train, count(*) filter (where split = 'val')::int as val, count(*) filter (where split is null)::int as unassigned
       from dataset_images where dataset_id = $1 and status <> 'unlabeled' and state = 'ready' and removed_seq is null`,
      [id],
    );
    return rows[0] ?? { train: 0, val: 0, unassigned: 0 };
  }

  async findings(id: string, page: { after: number; limit: number }): Promise<readonly (Finding & { position: number })[]> {
    const rows = await this.query<{ position: number; code: string; message: string; pointer: string | null; entry: string | null; hint: string | null }>(
      'select * from dataset_findings where dataset_id = $1 and position > $2 order by position limit $3',
      [id, page.after, page.limit],
    );
    return rows.map((row) => ({ position: row.position, code: row.code, message: row.message, ...present(row) }));
  }

  async *images(id: string): AsyncIterable<DatasetImageView> {
    let after = 0;
    for (;;) {
      const page = await this.imagePage(id, after);
      yield* page;
      const last = page.at(-1);
      if (last === undefined || page.length < IMAGE_PAGE) return;
      after = last.number;
    }
  }

  async namedImages(id: string, fileNames: readonly string[]): Promise<readonly NamedImageView[]> {
    return this.query<NamedImageView>(
      `select number, file_name as "fileName", width, height, orientation from dataset_images
       where dataset_id = $1 and lower(file_name) = any(array(select lower(one) from unnest($2::text[]) as one)) and removed_seq is null order by number`,
      [id, fileNames],
    );
  }

  private async imagePage(id: string, after: number): Promise<DatasetImageView[]> {
    return this.query<DatasetImageView>(
      `select number, file_name as "fileName", split, width, height, size_bytes::float8 as "sizeBytes", crc32::float8 as crc32, encode(sha256, 'hex') as sha256, status, state, class_ids as "classIds"
       from dataset_images where dataset_id = $1 and number > $2 and removed_seq is null order by number limit $3`,
      [id, after, IMAGE_PAGE],
    );
  }

  private async query<T>(sql: string, parameters: unknown[]): Promise<T[]> {
    return this.transaction.manager().query(sql, parameters) as Promise<T[]>;
  }
}

function viewOf(row: ViewRow): DatasetView {
  const { revision: _, deletedBy: __, taskType, ...rest } = stateOfRow(row);
  const live = { imageBytes: Number(row.image_bytes), changeSeq: Number(row.change_seq), classesRevision: row.classes_revision, labelsLoaded: row.labels_loaded };
  return { ...rest, ...live, taskType: taskTypeSchema.parse(taskType), classes: row.classes, warnings: row.warnings, role: row.role };
}

function present(row: { pointer: string | null; entry: string | null; hint: string | null }): Partial<Finding> {
  return { ...(row.pointer === null ? {} : { pointer: row.pointer }), ...(row.entry === null ? {} : { entry: row.entry }), ...(row.hint === null ? {} : { hint: row.hint }) };
}

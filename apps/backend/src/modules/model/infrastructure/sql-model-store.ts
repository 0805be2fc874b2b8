import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import { ModelStore, type ModelChange, type ModelFilter, type ModelUpload } from '../application/ports/model-store.port.js';
import type { Model, ModelObject } from '../domain/model.js';
import { modelOf, uploadOf, type ModelRow, type UploadRow } from './model.row.js';

const INSERT = `
  insert into models (id, dataset_id, name, source, task_type, notes, job_id, snapshot_version, snapshot_hash, architecture, hyperparameters, code_version, init_from, best_epoch, metrics, adapter, object, created_by)
  select $1, d.id, $3, $4, d.task_type, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17 from datasets d where d.id = $2
  on conflict do nothing`;
const USERS = `
  select id from training_jobs where state not in ('completed','failed','cancelled') and (inference->'model'->>'id' = $1 or init_from->>'modelId' = $1)
  union select id from model_runs where model_id = $1::uuid and stage in ('listing','working','storing','accepting','undoing')`;
/** Images lose what the model proposed; what others proposed for them is counted anew. */
const FORGET = `
  with gone as (delete from suggestions where model_id = $1 and state = 'open' returning dataset_id, number), counted as (select dataset_id, number, count(*)::int as count from gone group by 1, 2)
  update image_proposals p set open = greatest(0, p.open - c.count) from counted c where p.dataset_id = c.dataset_id and p.number = c.number`;

@Injectable()
export class SqlModelStore extends ModelStore {
  constructor(private readonly transaction: TransactionContext) {
    super();
  }

  async insert({ origin, ...model }: Omit<Model, 'createdAt' | 'updatedAt'>): Promise<void> {
    const head = [model.id, model.datasetId, model.name, model.source, model.notes];
    await this.sql(INSERT, [...head, ...originColumns(origin), json(model.metrics), json(model.adapter), json(model.object), model.createdBy]);
  }

  async find(id: string): Promise<Model | null> {
    return (await this.sql<ModelRow>('select * from models where id = $1', [id])).map(modelOf)[0] ?? null;
  }

  async findForUpdate(id: string): Promise<Model | null> {
    return (await this.sql<ModelRow>('select * from models where id = $1 for update', [id])).map(modelOf)[0] ?? null;
  }

  async list(datasetId: string, { stage, limit, after }: ModelFilter): Promise<readonly Model[]> {
    const rows = await this.sql<ModelRow>(
      `select * from models where dataset_id = $1 and ($2::text is null or stage = $2) and ($3::timestamptz is null or (created_at, id) < ($3, $4::uuid)) order by created_at desc, id desc limit $5`,
      [datasetId, stage ?? null, after?.createdAt ?? null, after?.id ?? null, limit],
    );
    return rows.map(modelOf);
  }

  async count(datasetId: string): Promise<number> {
    return (await this.sql<{ count: number }>('select count(*)::int as count from models where dataset_id = $1', [datasetId]))[0]?.count ?? 0;
  }

  async clearProduction(datasetId: string): Promise<void> {
    await this.sql('select id from models where dataset_id = $1 order by id for update', [datasetId]);
    await this.sql(`update models set stage = 'candidate', updated_at = now() where dataset_id = $1 and stage = 'production'`, [datasetId]);
  }

  async change(id: string, { name, notes, stage }: ModelChange): Promise<void> {
    await this.sql('update models set name = coalesce($2, name), notes = coalesce($3, notes), stage = coalesce($4, stage), updated_at = now() where id = $1', [id, name ?? null, notes ?? null, stage ?? null]);
  }

  async describe(id: string, adapter: Readonly<Record<string, unknown>>): Promise<void> {
    await this.sql('update models set adapter = $2 where id = $1', [id, json(adapter)]);
  }

  async remove(id: string): Promise<void> {
    await this.sql(FORGET, [id]);
    await this.sql('delete from models where id = $1', [id]);
  }

  async usersOf(id: string): Promise<readonly string[]> {
    return (await this.sql<{ id: string }>(USERS, [id])).map((row) => row.id);
  }

  async putUpload({ id, datasetId, name, notes, adapter, object, createdBy }: ModelUpload): Promise<void> {
    await this.sql('insert into model_uploads (id, dataset_id, name, notes, adapter, object, created_by) values ($1, $2, $3, $4, $5, $6, $7)', [id, datasetId, name, notes, json(adapter), json(object), createdBy]);
  }

  async findUpload(id: string): Promise<ModelUpload | null> {
    return (await this.sql<UploadRow>('select * from model_uploads where id = $1', [id])).map(uploadOf)[0] ?? null;
  }

  async removeUpload(id: string): Promise<void> {
    await this.sql('delete from model_uploads where id = $1', [id]);
  }

  async uploadedObjects(datasetId: string): Promise<readonly ModelObject[]> {
    const rows = await this.sql<{ object: ModelObject }>(`select object from models where dataset_id = $1 and source = 'upload' union all select object from model_uploads where dataset_id = $1`, [datasetId]);
    return rows.map((row) => row.object);
  }

  async staleUploads(before: Date, limit: number): Promise<readonly ModelUpload[]> {
    return (await this.sql<UploadRow>('select * from model_uploads where created_at < $1 order by created_at limit $2', [before, limit])).map(uploadOf);
  }

  private async sql<T = unknown>(text: string, parameters: unknown[]): Promise<T[]> {
    return this.transaction.manager().query(text, parameters) as Promise<T[]>;
  }
}

const NO_ORIGIN: readonly null[] = [null, null, null, null, null, null, null, null];

function originColumns(origin: Model['origin']): readonly unknown[] {
  if (origin === null) return NO_ORIGIN;
  const { jobId, snapshotVersion, snapshotHash, architecture, hyperparameters, codeVersion, initFrom, bestEpoch } = origin;
  return [jobId, snapshotVersion, snapshotHash, architecture, json(hyperparameters), codeVersion, initFrom, bestEpoch];
}

const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));

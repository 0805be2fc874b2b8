import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import { RunStore, type ClaimedRun, type NewRun, type RunChange, type RunImage, type RunListFilter } from '../application/ports/run-store.port.js';
import type { ModelRun, RunFilter, RunStage } from '../domain/model-run.js';
import { imageConditions } from './run-images-sql.js';
import { changedColumns, runOf, type RunRow } from './run.row.js';

const CLAIM = `
  with due as (
    select id from model_runs where stage in ('listing','storing','accepting','undoing') and (leased_until is null or leased_until < clock_timestamp())
    order by created_at limit 1 for update skip locked)
  , taken as (update model_runs r set leased_until = clock_timestamp() + make_interval(secs => $1), attempts = attempts + 1 from due where r.id = due.id returning r.*)
  select * from taken`;

@Injectable()
export class SqlRunStore extends RunStore {
  constructor(private readonly transaction: TransactionContext) {
    super();
  }

  async insert(run: NewRun): Promise<void> {
    await this.sql(`insert into model_runs (id, kind, dataset_id, model_id, snapshot_version, side, filter, min_score, created_by, stage) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'listing')`, [
      ...[run.id, run.kind, run.datasetId, run.modelId, run.snapshotVersion, run.side, run.filter === null ? null : JSON.stringify(run.filter), run.minScore, run.createdBy],
    ]);
  }

  async find(id: string): Promise<ModelRun | null> {
    return (await this.sql<RunRow>('select * from model_runs where id = $1', [id])).map(runOf)[0] ?? null;
  }

  async findForUpdate(id: string): Promise<ModelRun | null> {
    return (await this.sql<RunRow>('select * from model_runs where id = $1 for update', [id])).map(runOf)[0] ?? null;
  }

  async list(datasetId: string, { kind, modelId, snapshotVersion, limit, after }: RunListFilter): Promise<readonly ModelRun[]> {
    const rows = await this.sql<RunRow>(
      `select * from model_runs where dataset_id = $1 and ($2::text is null or kind = $2) and ($3::uuid is null or model_id = $3) and ($4::int is null or snapshot_version = $4)
         and ($5::timestamptz is null or (created_at, id) < ($5, $6::uuid)) order by created_at desc, id desc limit $7`,
      [datasetId, kind ?? null, modelId ?? null, snapshotVersion ?? null, after?.createdAt ?? null, after?.id ?? null, limit],
    );
    return rows.map(runOf);
  }

  async change(id: string, change: RunChange): Promise<void> {
    const columns = changedColumns(change);
    await this.sql(`update model_runs set ${columns.map(([name], index) => `${name} = $${index + 2}`).join(', ')} where id = $1`, [id, ...columns.map(([, value]) => value)]);
  }

  async moveOn(id: string, from: RunStage, change: RunChange & { stage: RunStage }): Promise<boolean> {
    const columns = changedColumns(change);
    const sets = columns.map(([name], index) => `${name} = $${index + 3}`).join(', ');
    const rows = await this.sql(`with moved as (update model_runs set ${sets}, leased_until = null, attempts = 0 where id = $1 and stage = $2 returning 1) select * from moved`, [id, from, ...columns.map(([, value]) => value)]);
    return rows.length === 1;
  }

  async claim(leaseSeconds: number): Promise<ClaimedRun | null> {
    const [row] = await this.sql<RunRow & { attempts: number }>(CLAIM, [leaseSeconds]);
    return row === undefined ? null : { run: runOf(row), attempts: row.attempts };
  }

  async beat(id: string, leaseSeconds: number, progress: number): Promise<void> {
    await this.sql('update model_runs set progress = $3, leased_until = clock_timestamp() + make_interval(secs => $2) where id = $1', [id, leaseSeconds, progress]);
  }

  async putBack(id: string, seconds: number): Promise<void> {
    await this.sql('update model_runs set leased_until = clock_timestamp() + make_interval(secs => $2) where id = $1', [id, seconds]);
  }

  async countImages(datasetId: string, filter: RunFilter, modelId: string): Promise<number> {
    const { text, parameters } = imageConditions(datasetId, filter, modelId);
    return (await this.sql<{ count: number }>(`select count(*)::int as count from dataset_images i where ${text}`, parameters))[0]?.count ?? 0;
  }

  async images(datasetId: string, { modelId, ...filter }: RunFilter & { modelId: string }, page: { after: number; limit: number }): Promise<readonly RunImage[]> {
    const { text, parameters } = imageConditions(datasetId, filter, modelId);
    const count = parameters.length;
    return this.sql<RunImage>(
      `select i.number, i.object_key as key, i.size_bytes::float8 as "sizeBytes", encode(i.sha256, 'hex') as sha256 from dataset_images i where ${text} and i.number > $${count + 1} order by i.number limit $${count + 2}`,
      [...parameters, page.after, page.limit],
    );
  }

  async lastNumber(datasetId: string): Promise<number> {
    return (await this.sql<{ last: number }>('select next_image_number - 1 as last from datasets where id = $1', [datasetId]))[0]?.last ?? 0;
  }

  private async sql<T = unknown>(text: string, parameters: unknown[]): Promise<T[]> {
    return this.transaction.manager().query(text, parameters) as Promise<T[]>;
  }
}

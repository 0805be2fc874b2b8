import { importCompletedV1, importFailedV1, importProgressedV1, type ImportKind } from '@app/contracts';
import { newId } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { TableStatistics } from '../../../platform/database/table-statistics.js';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import { UnitOfWork } from '../../../platform/database/unit-of-work.js';
import { IntegrationEvents } from '../../../platform/messaging/integration-events.js';
import { IMPORT_LEASE_SECONDS, ImportQueue, type ImportJob, type ImportProgress, type ImportStep, type ImportView } from '../application/ports/import-queue.port.js';

/** The attempt is the lease's fencing token: whoever claims raises it. */
const HELD = `id = $1 and state = 'running' and attempts = $2`;

@Injectable()
export class TypeormImportQueue extends ImportQueue {
  constructor(
    private readonly transaction: TransactionContext,
    private readonly unitOfWork: UnitOfWork,
    private readonly events: IntegrationEvents,
    private readonly statistics: TableStatistics,
  ) {
    super();
  }

  async add(job: { datasetId: string; kind: ImportKind; requestedBy: string; detail: Readonly<Record<string, unknown>>; total: number | null }): Promise<string> {
    const id = newId();
    await this.query(`insert into dataset_imports (id, dataset_id, kind, state, requested_by, detail, total) values ($1, $2, $3, 'waiting', $4, $5, $6)`, [id, job.datasetId, job.kind, job.requestedBy, JSON.stringify(job.detail), job.total]);
    return id;
  }

  async claim(kind: ImportKind): Promise<ImportJob | null> {
    const rows = await this.query<ImportJob>(
      `with next as (
         select i.id from dataset_imports i join datasets d on d.id = i.dataset_id and d.deleted_at is null
         where i.kind = $1 and i.state in ('waiting','running') and (i.leased_until is null or i.leased_until < clock_timestamp())
         order by i.created_at limit 1 for update of i skip locked),
       claimed as (
         update dataset_imports set state = 'running', attempts = attempts + 1, leased_until = clock_timestamp() + make_interval(secs => $2), updated_at = clock_timestamp(), started_at = clock_timestamp(), started_done = done
         where id in (select id from next) returning id, dataset_id as "datasetId", kind, requested_by as "requestedBy", detail, attempts, done, refused)
       select * from claimed`,
      [kind, IMPORT_LEASE_SECONDS],
    );
    return rows[0] ?? null;
  }

  async progress(job: ImportJob, progress: ImportStep): Promise<boolean> {
    return this.unitOfWork.run(async () => {
      if (!(await this.note(job, progress))) return false;
      await this.events.publish({ definition: importProgressedV1, subject: job.id, data: { ...referenceOf(job), done: progress.done, total: progress.total, refused: progress.refused } });
      return true;
    });
  }

  async complete(job: ImportJob, progress: ImportProgress): Promise<boolean> {
    if (!(await this.note(job, progress))) return false;
    await this.query(`update dataset_imports set state = 'completed', leased_until = null, finished_at = clock_timestamp() where ${HELD}`, [job.id, job.attempts]);
    await this.events.publish({ definition: importCompletedV1, subject: job.id, data: { ...referenceOf(job), done: progress.done, refused: progress.refused } });
    this.statistics.afterBulk(progress.done, ['dataset_images', 'dataset_image_classes', 'image_processing']);
    return true;
  }

  async fail(job: ImportJob, reason: { code: string; detail: string }): Promise<void> {
    const failed = await this.query(
      `with failed as (update dataset_imports set state = 'failed', leased_until = null, finished_at = clock_timestamp(), updated_at = clock_timestamp(), detail = detail || jsonb_build_object('code', $3::text, 'message', $4::text)
       where ${HELD} returning 1) select * from failed`,
      [job.id, job.attempts, reason.code, reason.detail],
    );
    if (failed.length === 1) await this.events.publish({ definition: importFailedV1, subject: job.id, data: { ...referenceOf(job), ...reason } });
  }

  async putBack(job: ImportJob, afterSeconds: number): Promise<void> {
    await this.query(`update dataset_imports set state = 'waiting', leased_until = clock_timestamp() + make_interval(secs => $3), updated_at = clock_timestamp() where ${HELD}`, [job.id, job.attempts, afterSeconds]);
  }

  async list(datasetId: string): Promise<readonly ImportView[]> {
    return this.query<ImportView>(
      `select id, kind, state, done, total, refused, detail->>'code' as code, detail->>'message' as message, started_at as "startedAt", started_done as "startedDone", created_at as "createdAt", updated_at as "updatedAt"
       from dataset_imports where dataset_id = $1 order by created_at desc, id desc limit 100`,
      [datasetId],
    );
  }

  private async note(job: ImportJob, progress: ImportStep): Promise<boolean> {
    const rows = await this.query(
      `with noted as (update dataset_imports set done = $3, total = $4, refused = $5, detail = detail || $7::jsonb, leased_until = clock_timestamp() + make_interval(secs => $6), updated_at = clock_timestamp() where ${HELD} returning 1) select * from noted`,
      [job.id, job.attempts, progress.done, progress.total, progress.refused, IMPORT_LEASE_SECONDS, JSON.stringify(progress.detail ?? {})],
    );
    return rows.length === 1;
  }

  private async query<T>(sql: string, parameters: unknown[]): Promise<T[]> {
    return this.transaction.manager().query(sql, parameters) as Promise<T[]>;
  }
}

function referenceOf(job: ImportJob): { import_id: string; dataset_id: string; kind: ImportKind } {
  return { import_id: job.id, dataset_id: job.datasetId, kind: job.kind };
}

import { expectedLaneOf, type EpochMetrics } from '@app/contracts';
import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import { JobReadModel, type CheckpointView, type JobListFilter, type JobPublicEvent, type JobView, type QueueWait } from '../application/ports/job-read-model.port.js';
import { QueueStateReader } from '../application/queue-state.js';
import { standings, type Standing } from '../domain/queue-plan.js';
import { stateOfRow, type TrainingJobRow } from './training-job.row.js';

/** As many as tell what happened without a look at the log. */
const LOG_TAIL_LINES = 20;

@Injectable()
export class TypeormJobReadModel extends JobReadModel {
  constructor(
    private readonly transaction: TransactionContext,
    private readonly queue: QueueStateReader,
  ) {
    super();
  }

  async find(id: string): Promise<JobView | null> {
    const rows: TrainingJobRow[] = await this.sql('select * from training_jobs where id = $1', [id]);
    const [view] = await this.views(rows);
    if (view === undefined || view.failure === null) return view ?? null;
    return { ...view, failure: { ...view.failure, logTail: await this.logTail(id) } };
  }

  async list(filter: JobListFilter): Promise<readonly JobView[]> {
    const rows: TrainingJobRow[] = await this.sql(
      `select * from training_jobs
       where ($1::text[] is null or dataset_id = any($1)) and ($2::text is null or dataset_id = $2) and ($3::text is null or state = $3) and ($7::text is null or kind = $7)
         and ($4::timestamptz is null or (created_at, id) < ($4, $5::uuid))
       order by created_at desc, id desc limit $6`,
      [filter.visibleDatasetIds, filter.datasetId ?? null, filter.state ?? null, filter.after?.createdAt ?? null, filter.after?.id ?? null, filter.limit, filter.kind === 'all' ? null : (filter.kind ?? 'training')],
    );
    return this.views(rows);
  }

  async metrics(id: string): Promise<readonly EpochMetrics[]> {
    const rows: { metrics: EpochMetrics }[] = await this.sql('select metrics from training_metrics where job_id = $1 order by epoch', [id]);
    return rows.map((row) => row.metrics);
  }

  async checkpoints(id: string): Promise<readonly CheckpointView[]> {
    const rows: { epoch: number; kind: 'state' | 'model'; key: string; size_bytes: string; sha256: string; attempt: number; created_at: Date }[] = await this.sql(
      'select * from training_checkpoints where job_id = $1 order by epoch, kind desc',
      [id],
    );
    return rows.map((row) => ({ ...row, sizeBytes: Number(row.size_bytes), createdAt: row.created_at }));
  }

  async logs(id: string, options: { afterSeq: number; limit: number }): Promise<readonly { seq: number; at: Date; line: string }[]> {
    const rows: { seq: string; at: Date; line: string }[] = await this.sql('select seq, at, line from training_logs where job_id = $1 and seq > $2 order by seq limit $3', [id, options.afterSeq, options.limit]);
    return rows.map((row) => ({ seq: Number(row.seq), at: row.at, line: row.line }));
  }

  private async logTail(id: string): Promise<readonly string[]> {
    const rows: { line: string }[] = await this.sql('select line from (select seq, line from training_logs where job_id = $1 order by seq desc limit $2) as last order by seq', [id, LOG_TAIL_LINES]);
    return rows.map((row) => row.line);
  }

  async events(id: string, afterId: string, limit: number): Promise<readonly JobPublicEvent[]> {
    return this.sql('select id::text, kind, data from training_job_events where job_id = $1 and training_job_events.id > $2::bigint order by training_job_events.id limit $3', [id, afterId, limit]);
  }

  async latestEventId(id: string): Promise<string> {
    const rows: { id: string }[] = await this.sql('select coalesce(max(id), 0)::text as id from training_job_events where job_id = $1', [id]);
    return rows[0]?.id ?? '0';
  }

  /** With their places in the queue, which is looked at only where one of them is in it. */
  private async views(rows: readonly TrainingJobRow[]): Promise<JobView[]> {
    const isInQueue = rows.some((row) => row.state === 'queued' && row.dispatched_at === null);
    const places = isInQueue ? standings(await this.queue.read(), expectedLaneOf) : new Map<string, Standing>();
    return rows.map((row) => viewOf(row, places.get(row.id)));
  }

  private async sql<T>(text: string, parameters: unknown[]): Promise<T> {
    return this.transaction.manager().query(text, parameters) as Promise<T>;
  }
}

function viewOf(row: TrainingJobRow, place: Standing | undefined): JobView {
  const { attempt: _, snapshot, requestedVersion, resumeFrom: __, revision: ___, dispatch: ____, queuedAt: _____, lastTurnAt: ______, ...rest } = stateOfRow(row);
  return { ...rest, snapshotVersion: snapshot?.version ?? requestedVersion, attempt: row.attempt_number, queuePosition: place?.position ?? null, waitsFor: waitOf(row, place) };
}

function waitOf({ state, dispatched_at: dispatchedAt }: TrainingJobRow, place: Standing | undefined): QueueWait | null {
  if (state === 'requested' || state === 'preparing') return 'snapshot';
  if (state !== 'queued') return null;
  return dispatchedAt === null ? (place?.reason ?? 'worker') : 'claim';
}

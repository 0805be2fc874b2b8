import type { EpochMetrics } from '@app/contracts';
import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import { UnitOfWork } from '../../../platform/database/unit-of-work.js';
import { JobRecords, type CheckpointRecord, type JobPublicEventKind, type MintedUpload } from '../application/ports/job-records.port.js';
import { JobEventSignal } from '../application/ports/job-event-signal.port.js';

/** Lines kept of one job; the oldest go. A worker in trouble may write for ever. */
const MAX_LOG_LINES = 10_000;

/** Whoever follows a job wants the newest of these; a worker may send them for ever. What they tell stands in the job and in its log. */
const PASSING_KINDS: readonly JobPublicEventKind[] = ['progress', 'log'];
const MAX_PASSING_EVENTS = 200;
/** Of all events, so that not each costs a look at the others. */
const LOOK_AT_EVERY = 17;

interface CheckpointRow {
  readonly epoch: number;
  readonly kind: 'state' | 'model';
  readonly key: string;
  readonly size_bytes: string;
  readonly sha256: string;
  readonly attempt: number;
}

interface MintedRow {
  readonly key: string;
  readonly kind: string;
  readonly size_bytes: string;
  readonly sha256: string;
}

@Injectable()
export class TypeormJobRecords extends JobRecords {
  constructor(
    private readonly transaction: TransactionContext,
    private readonly unitOfWork: UnitOfWork,
    private readonly signal: JobEventSignal,
  ) {
    super();
  }

  async putMetrics(jobId: string, attempt: number, metrics: EpochMetrics): Promise<void> {
    await this.sql(
      `insert into training_metrics (job_id, epoch, attempt, metrics) values ($1, $2, $3, $4)
       on conflict (job_id, epoch) do update set attempt = excluded.attempt, metrics = excluded.metrics, recorded_at = now()`,
      [jobId, metrics.epoch, attempt, JSON.stringify(metrics)],
    );
  }

  async lastEpochOf(jobId: string, attempt: number): Promise<number> {
    const rows: { epoch: number }[] = await this.sql('select coalesce(max(epoch), 0) as epoch from training_metrics where job_id = $1 and attempt = $2', [jobId, attempt]);
    return rows[0]?.epoch ?? 0;
  }

  async putCheckpoint(jobId: string, checkpoint: CheckpointRecord): Promise<void> {
    await this.sql(
      `insert into training_checkpoints (job_id, key, epoch, kind, size_bytes, sha256, attempt) values ($1, $2, $3, $4, $5, $6, $7) on conflict (job_id, key) do nothing`,
      [jobId, checkpoint.key, checkpoint.epoch, checkpoint.kind, checkpoint.sizeBytes, checkpoint.sha256, checkpoint.attempt],
    );
  }

  async checkpoints(jobId: string): Promise<readonly CheckpointRecord[]> {
    const rows: CheckpointRow[] = await this.sql('select * from training_checkpoints where job_id = $1 order by epoch, kind', [jobId]);
    return rows.map((row) => ({ epoch: row.epoch, kind: row.kind, key: row.key, sizeBytes: Number(row.size_bytes), sha256: row.sha256, attempt: row.attempt }));
  }

  async bestEpoch(jobId: string): Promise<number | null> {
    const rows: { epoch: number }[] = await this.sql(
      `select epoch from training_metrics where job_id = $1 and metrics->'primary_value' <> 'null'::jsonb order by (metrics->>'primary_value')::float8 desc, epoch limit 1`,
      [jobId],
    );
    return rows[0]?.epoch ?? null;
  }

  async removeCheckpoint(jobId: string, key: string): Promise<void> {
    await this.sql('delete from training_checkpoints where job_id = $1 and key = $2', [jobId, key]);
  }

  async appendLog(jobId: string, lines: readonly string[]): Promise<void> {
    if (lines.length === 0) return;
    await this.sql('insert into training_logs (job_id, line) select $1, line from unnest($2::text[]) with ordinality as given (line, place) order by place', [jobId, lines.map(cleanLine)]);
    await this.sql(
      'delete from training_logs where job_id = $1 and seq <= (select seq from training_logs where job_id = $1 order by seq desc offset $2 limit 1)',
      [jobId, MAX_LOG_LINES],
    );
  }

  async appendEvent(jobId: string, kind: JobPublicEventKind, data: unknown): Promise<void> {
    const rows: { id: string }[] = await this.sql('insert into training_job_events (job_id, kind, data) values ($1, $2, $3) returning id', [jobId, kind, JSON.stringify(data)]);
    if (Number(rows[0]?.id ?? 0) % LOOK_AT_EVERY === 0) await this.dropPassed(jobId);
    this.unitOfWork.afterCommit(() => this.signal.notify(jobId));
  }

  private async dropPassed(jobId: string): Promise<void> {
    for (const kind of PASSING_KINDS) await this.sql('delete from training_job_events where job_id = $1 and kind = $2 and id <= (select id from training_job_events where job_id = $1 and kind = $2 order by id desc offset $3 limit 1)', [jobId, kind, MAX_PASSING_EVENTS]);
  }

  async putMinted(jobId: string, upload: MintedUpload): Promise<void> {
    await this.sql(
      `insert into training_minted_uploads (job_id, key, kind, size_bytes, sha256) values ($1, $2, $3, $4, $5)
       on conflict (job_id, key) do update set kind = excluded.kind, size_bytes = excluded.size_bytes, sha256 = excluded.sha256, minted_at = now()`,
      [jobId, upload.key, upload.kind, upload.sizeBytes, upload.sha256],
    );
  }

  async forgetMinted(jobId: string, keys: readonly string[]): Promise<void> {
    await this.sql('delete from training_minted_uploads where job_id = $1 and key = any($2::text[])', [jobId, keys]);
  }

  async minted(jobId: string, key: string): Promise<MintedUpload | null> {
    const rows: MintedRow[] = await this.sql('select * from training_minted_uploads where job_id = $1 and key = $2', [jobId, key]);
    return rows.map(mintedOf)[0] ?? null;
  }

  async mintedUploads(jobId: string): Promise<readonly MintedUpload[]> {
    const rows: MintedRow[] = await this.sql('select * from training_minted_uploads where job_id = $1 order by key', [jobId]);
    return rows.map(mintedOf);
  }

  private async sql<T>(text: string, parameters: unknown[]): Promise<T> {
    return this.transaction.manager().query(text, parameters) as Promise<T>;
  }
}

const mintedOf = (row: MintedRow): MintedUpload => ({ key: row.key, kind: row.kind, sizeBytes: Number(row.size_bytes), sha256: row.sha256 });

const CONTROL_CHARACTERS = /[\u0000-\u0008\u000b-\u001f\u007f]/g;
const LONE_SURROGATES = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Postgres has no NUL in text and no half of a surrogate pair in UTF-8, and a page shows no control characters. */
function cleanLine(line: string): string {
  return line.replaceAll(CONTROL_CHARACTERS, ' ').replaceAll(LONE_SURROGATES, '\ufffd');
}

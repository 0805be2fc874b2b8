import type { Finding } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import { UploadSessions, type UploadState, type UploadView } from '../application/ports/upload-sessions.port.js';

interface UploadRow {
  readonly id: string;
  readonly user_id: string;
  readonly state: UploadState;
  readonly received_bytes: string;
  readonly total_bytes: string | null;
  readonly checked_entries: number;
  readonly total_entries: number | null;
  readonly dataset_id: string | null;
  readonly code: string | null;
  readonly findings: readonly Finding[] | null;
  readonly started_at: Date;
  readonly updated_at: Date;
}

/** Some process works on it, and says so twice a second. */
const LIVE = `state in ('receiving','validating','registering')`;
const ENDED = `state in ('completed','refused')`;

@Injectable()
export class TypeormUploadSessions extends UploadSessions {
  constructor(private readonly transaction: TransactionContext) {
    super();
  }

  async begin(upload: { id: string; userId: string; totalBytes: number | null }): Promise<boolean> {
    const rows = await this.query(
      `with begun as (insert into dataset_uploads (id, user_id, state, total_bytes) values ($1, $2, 'receiving', $3) on conflict do nothing returning 1) select * from begun`,
      [upload.id, upload.userId, upload.totalBytes],
    );
    return rows.length === 1;
  }

  async find(id: string): Promise<UploadView | null> {
    const rows = await this.query<UploadRow>('select * from dataset_uploads where id = $1', [id]);
    return rows.map(viewOf)[0] ?? null;
  }

  async update(id: string, change: Parameters<UploadSessions['update']>[1]): Promise<boolean> {
    const rows = await this.query(
      `with changed as (update dataset_uploads set state = coalesce($2, state), received_bytes = coalesce($3, received_bytes), checked_entries = coalesce($4, checked_entries),
         total_entries = coalesce($5, total_entries), dataset_id = coalesce($6, dataset_id), code = coalesce($7, code), findings = coalesce($8::jsonb, findings), updated_at = clock_timestamp()
       where id = $1 and not (${ENDED}) returning 1) select * from changed`,
      [
        ...[id, change.state ?? null, change.receivedBytes ?? null, change.checkedEntries ?? null, change.totalEntries ?? null],
        ...[change.datasetId ?? null, change.code ?? null, change.findings == null ? null : JSON.stringify(change.findings)],
      ],
    );
    return rows.length === 1;
  }

  async abandoned(olderThanSeconds: number): Promise<readonly { id: string; datasetId: string | null; isDirect: boolean }[]> {
    return this.query<{ id: string; datasetId: string | null; isDirect: boolean }>(
      `select id, dataset_id as "datasetId", exists (select 1 from dataset_direct_uploads d where d.id = u.id) as "isDirect" from dataset_uploads u where ${LIVE} and updated_at < clock_timestamp() - make_interval(secs => $1)`,
      [olderThanSeconds],
    );
  }

  async forgetFinished(olderThanDays: number): Promise<void> {
    await this.query(`delete from dataset_uploads where ${ENDED} and updated_at < now() - make_interval(days => $1)`, [olderThanDays]);
  }

  private async query<T>(sql: string, parameters: unknown[]): Promise<T[]> {
    return this.transaction.manager().query(sql, parameters) as Promise<T[]>;
  }
}

function viewOf(row: UploadRow): UploadView {
  return {
    id: row.id,
    userId: row.user_id,
    state: row.state,
    receivedBytes: Number(row.received_bytes),
    totalBytes: row.total_bytes === null ? null : Number(row.total_bytes),
    checkedEntries: row.checked_entries,
    totalEntries: row.total_entries,
    datasetId: row.dataset_id,
    code: row.code,
    findings: row.findings,
    startedAt: row.started_at,
    updatedAt: row.updated_at,
  };
}

import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import { DirectUploadSessions, type DirectUpload, type NewDirectUpload } from '../application/ports/direct-upload-sessions.port.js';
import { UploadSessions } from '../application/ports/upload-sessions.port.js';
import type { Visibility } from '../domain/dataset.aggregate.js';

interface DirectRow {
  readonly multipart_id: string;
  readonly size_bytes: string;
  readonly part_bytes: string;
  readonly file_name: string | null;
  readonly name: string | null;
  readonly visibility: Visibility;
}

@Injectable()
export class TypeormDirectUploadSessions extends DirectUploadSessions {
  constructor(
    private readonly transaction: TransactionContext,
    private readonly sessions: UploadSessions,
  ) {
    super();
  }

  async open(upload: NewDirectUpload): Promise<void> {
    const { id, userId, multipartId, sizeBytes, partBytes, fileName, name, visibility } = upload;
    await this.query(
      `with session as (insert into dataset_uploads (id, user_id, state, total_bytes) values ($1, $2, 'open', $4) returning id)
       insert into dataset_direct_uploads (id, multipart_id, size_bytes, part_bytes, file_name, name, visibility) select id, $3, $4, $5, $6, $7, $8 from session`,
      [id, userId, multipartId, sizeBytes, partBytes, fileName, name, visibility],
    );
  }

  async find(id: string): Promise<DirectUpload | null> {
    const [session, rows] = [await this.sessions.find(id), await this.query<DirectRow>('select * from dataset_direct_uploads where id = $1', [id])];
    const row = rows[0];
    if (session === null || row === undefined) return null;
    return { ...session, multipartId: row.multipart_id, sizeBytes: Number(row.size_bytes), partBytes: Number(row.part_bytes), fileName: row.file_name, name: row.name, visibility: row.visibility };
  }

  async countOpen(userId: string): Promise<number> {
    const rows = await this.query<{ count: number }>(`select count(*)::int as count from dataset_uploads where user_id = $1 and state = 'open'`, [userId]);
    return rows[0]?.count ?? 0;
  }

  async claim(id: string): Promise<boolean> {
    return this.changed(`update dataset_uploads set state = 'validating', updated_at = clock_timestamp() where id = $1 and state = 'open'`, id);
  }

  async reopen(id: string): Promise<void> {
    await this.changed(`update dataset_uploads set state = 'open', dataset_id = null, updated_at = clock_timestamp() where id = $1 and state in ('validating','registering')`, id);
  }

  async forget(id: string): Promise<boolean> {
    return this.changed(`delete from dataset_uploads where id = $1 and state = 'open'`, id);
  }

  async openSince(olderThanHours: number): Promise<readonly { id: string; multipartId: string }[]> {
    return this.query<{ id: string; multipartId: string }>(
      `select u.id, d.multipart_id as "multipartId" from dataset_uploads u join dataset_direct_uploads d on d.id = u.id where u.state = 'open' and u.started_at < clock_timestamp() - make_interval(hours => $1) limit 1000`,
      [olderThanHours],
    );
  }

  private async changed(statement: string, id: string): Promise<boolean> {
    return (await this.query(`with changed as (${statement} returning 1) select * from changed`, [id])).length === 1;
  }

  private async query<T>(sql: string, parameters: unknown[]): Promise<T[]> {
    return this.transaction.manager().query(sql, parameters) as Promise<T[]>;
  }
}

import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import type { FileResult } from '../application/image-facts.js';
import { ImageUploads, type AnnouncedImage, type AnnouncedUpload, type UploadOwner } from '../application/ports/image-uploads.port.js';

const SELECT = `select id, file_name as "fileName", content_type as "contentType", size_bytes::float8 as "sizeBytes", encode(sha256, 'hex') as sha256, on_conflict as "onConflict", split, outcome, created_at as "createdAt" from image_uploads`;

@Injectable()
export class TypeormImageUploads extends ImageUploads {
  constructor(private readonly transaction: TransactionContext) {
    super();
  }

  async announce({ datasetId, userId }: UploadOwner, images: readonly AnnouncedImage[]): Promise<void> {
    const column = <K extends keyof AnnouncedImage>(key: K): AnnouncedImage[K][] => images.map((image) => image[key]);
    await this.query(
      `insert into image_uploads (id, dataset_id, user_id, file_name, content_type, size_bytes, sha256, on_conflict, split)
       select id, $1, $2::uuid, file_name, content_type, size_bytes, decode(sha256, 'hex'), on_conflict, split
       from unnest($3::uuid[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[], $9::text[]) as given (id, file_name, content_type, size_bytes, sha256, on_conflict, split)`,
      [datasetId, userId, column('id'), column('fileName'), column('contentType'), column('sizeBytes'), column('sha256'), column('onConflict'), column('split')],
    );
  }

  async countOpen({ datasetId, userId }: UploadOwner, most: number): Promise<number> {
    const rows = await this.query<{ count: number }>(`select count(*)::int as count from (select 1 from image_uploads where dataset_id = $1 and user_id = $2 and outcome is null limit $3) as open`, [datasetId, userId, most]);
    return rows[0]?.count ?? 0;
  }

  async listOpen({ datasetId, userId }: UploadOwner, page: { after: string | null; limit: number }): Promise<readonly AnnouncedUpload[]> {
    return this.query<AnnouncedUpload>(`${SELECT} where dataset_id = $1 and user_id = $2 and outcome is null and ($3::uuid is null or id > $3::uuid) order by id limit $4`, [datasetId, userId, page.after, page.limit]);
  }

  async find(owner: UploadOwner, ids: readonly string[]): Promise<readonly AnnouncedUpload[]> {
    return this.query<AnnouncedUpload>(`${SELECT} where id = any($3::uuid[]) and dataset_id = $1 and user_id = $2`, [owner.datasetId, owner.userId, ids]);
  }

  async findForUpdate(owner: UploadOwner, ids: readonly string[]): Promise<readonly AnnouncedUpload[]> {
    return this.query<AnnouncedUpload>(`${SELECT} where id = any($3::uuid[]) and dataset_id = $1 and user_id = $2 order by id for update`, [owner.datasetId, owner.userId, ids]);
  }

  async settle(outcomes: readonly { id: string; outcome: FileResult }[]): Promise<void> {
    if (outcomes.length === 0) return;
    await this.query(`update image_uploads u set outcome = given.outcome::jsonb from unnest($1::uuid[], $2::text[]) as given (id, outcome) where u.id = given.id`, [
      outcomes.map((one) => one.id),
      outcomes.map((one) => JSON.stringify(one.outcome)),
    ]);
  }

  async olderThan(before: Date, limit: number): Promise<readonly string[]> {
    const rows = await this.query<{ id: string }>('select id from image_uploads where created_at < $1 order by created_at limit $2', [before, limit]);
    return rows.map((row) => row.id);
  }

  async forget(ids: readonly string[]): Promise<void> {
    await this.query('delete from image_uploads where id = any($1::uuid[])', [ids]);
  }

  private async query<T>(sql: string, parameters: unknown[]): Promise<T[]> {
    return this.transaction.manager().query(sql, parameters) as Promise<T[]>;
  }
}

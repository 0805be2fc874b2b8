import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import type { ImageSplit } from '../application/image-facts.js';
import { ImageRows, type ImageRow, type NewImageRow, type NumberedFile } from '../application/ports/image-rows.port.js';

const COLUMNS = `number, file_name as "fileName", encode(sha256, 'hex') as sha256, size_bytes::float8 as "sizeBytes", crc32::float8 as crc32, depth, format, orientation, width, height, split, status, no_object as "noObject", object_key as "objectKey",
  class_ids as "classIds", revision, assignee, removed_seq is not null as removed`;

@Injectable()
export class TypeormImageRows extends ImageRows {
  constructor(private readonly transaction: TransactionContext) {
    super();
  }

  async bySha256(datasetId: string, sha256: readonly string[]): Promise<ReadonlyMap<string, { number: number; fileName: string }>> {
    const rows = await this.query<{ sha256: string; number: number; fileName: string }>(
      `select distinct on (sha256) encode(sha256, 'hex') as sha256, number, file_name as "fileName" from dataset_images
       where dataset_id = $1 and sha256 = any(array(select decode(one, 'hex') from unnest($2::text[]) as one)) and removed_seq is null order by sha256, number`,
      [datasetId, sha256],
    );
    return new Map(rows.map(({ sha256: hash, ...image }) => [hash, image]));
  }

  async byName(datasetId: string, fileNames: readonly string[]): Promise<readonly ImageRow[]> {
    return this.query<ImageRow>(
      `select ${COLUMNS} from dataset_images where dataset_id = $1 and lower(file_name) = any(array(select lower(one) from unnest($2::text[]) as one)) and removed_seq is null order by number for update`,
      [datasetId, fileNames],
    );
  }

  async byNumber(datasetId: string, numbers: readonly number[]): Promise<readonly ImageRow[]> {
    return this.query<ImageRow>(`select ${COLUMNS} from dataset_images where dataset_id = $1 and number = any($2::int[]) order by number for update`, [datasetId, numbers]);
  }

  async insert(datasetId: string, actor: string, images: readonly NewImageRow[]): Promise<void> {
    if (images.length === 0) return;
    const column = <K extends keyof NewImageRow>(key: K): NewImageRow[K][] => images.map((image) => image[key]);
    await this.query(
      `insert into dataset_images (dataset_id, number, file_name, original_name, width, height, depth, format, split, status, size_bytes, crc32, sha256, object_key, orientation, added_seq, split_group, added_by)
       select $1, number, file_name, original_name, width, height, depth, format, split, 'unlabeled', size_bytes, crc32, decode(sha256, 'hex'), object_key, orientation, added_seq, split_group, $2::uuid
       from unnest($3::int[], $4::text[], $5::text[], $6::int[], $7::int[], $8::int[], $9::text[], $10::text[], $11::bigint[], $12::bigint[], $13::text[], $14::text[], $15::smallint[], $16::bigint[], $17::text[])
         as given (number, file_name, original_name, width, height, depth, format, split, size_bytes, crc32, sha256, object_key, orientation, added_seq, split_group)`,
      [
        ...[datasetId, actor, column('number'), column('fileName'), column('originalName'), column('width'), column('height'), column('channels'), column('format'), column('split')],
        ...[column('sizeBytes'), column('crc32'), column('sha256'), column('objectKey'), column('orientation'), column('addedSeq'), column('splitGroup')],
      ],
    );
    await this.queue(datasetId, column('number'));
  }

  async replace(datasetId: string, images: readonly NumberedFile[]): Promise<void> {
    if (images.length === 0) return;
    const column = <K extends keyof NumberedFile>(key: K): NumberedFile[K][] => images.map((image) => image[key]);
    await this.query(
      `update dataset_images i set original_name = coalesce(given.original_name, i.original_name), width = given.width, height = given.height, depth = given.depth, format = given.format, size_bytes = given.size_bytes,
         crc32 = given.crc32, sha256 = decode(given.sha256, 'hex'), object_key = given.object_key, orientation = given.orientation, state = 'ready', thumbnail_at = null
       from unnest($2::int[], $3::text[], $4::int[], $5::int[], $6::int[], $7::text[], $8::bigint[], $9::bigint[], $10::text[], $11::text[], $12::smallint[])
         as given (number, original_name, width, height, depth, format, size_bytes, crc32, sha256, object_key, orientation)
       where i.dataset_id = $1 and i.number = given.number`,
      [
        ...[datasetId, column('number'), column('originalName'), column('width'), column('height'), column('channels'), column('format')],
        ...[column('sizeBytes'), column('crc32'), column('sha256'), column('objectKey'), column('orientation')],
      ],
    );
    await this.queue(datasetId, column('number'));
  }

  async remove(datasetId: string, removals: readonly { number: number; seq: number }[]): Promise<void> {
    const numbers = removals.map((one) => one.number);
    await this.query(
      `update dataset_images i set removed_seq = given.seq from unnest($2::int[], $3::bigint[]) as given (number, seq) where i.dataset_id = $1 and i.number = given.number`,
      [datasetId, numbers, removals.map((one) => one.seq)],
    );
    await this.countClasses(datasetId, numbers, -1);
    await this.query('delete from dataset_image_classes where dataset_id = $1 and number = any($2::int[])', [datasetId, numbers]);
    await this.query('delete from image_processing where dataset_id = $1 and number = any($2::int[])', [datasetId, numbers]);
  }

  async restore(datasetId: string, numbers: readonly number[]): Promise<void> {
    await this.query('update dataset_images set removed_seq = null where dataset_id = $1 and number = any($2::int[])', [datasetId, numbers]);
    await this.query(
      `insert into dataset_image_classes (dataset_id, class_id, number) select dataset_id, unnest(class_ids), number from dataset_images where dataset_id = $1 and number = any($2::int[]) on conflict do nothing`,
      [datasetId, numbers],
    );
    await this.countClasses(datasetId, numbers, 1);
    await this.query(
      `insert into image_processing (dataset_id, number) select dataset_id, number from dataset_images where dataset_id = $1 and number = any($2::int[]) and thumbnail_at is null and object_key is not null on conflict do nothing`,
      [datasetId, numbers],
    );
  }

  async setSplit(datasetId: string, numbers: readonly number[], split: ImageSplit | null): Promise<void> {
    await this.query('update dataset_images set split = $3 where dataset_id = $1 and number = any($2::int[])', [datasetId, numbers, split]);
    await this.query('update datasets set splits_revision = splits_revision + 1 where id = $1', [datasetId]);
  }

  async setAssignee(datasetId: string, numbers: readonly number[], assignee: string | null): Promise<void> {
    await this.query('update dataset_images set assignee = $3 where dataset_id = $1 and number = any($2::int[])', [datasetId, numbers, assignee]);
  }

  async unknownKeys(datasetId: string, objects: readonly { key: string; number: number }[]): Promise<readonly string[]> {
    const rows = await this.query<{ key: string }>(
      `select given.key from unnest($2::text[], $3::int[]) as given (key, number)
       where not exists (select 1 from dataset_images i where i.dataset_id = $1 and i.number = given.number and i.object_key = given.key)
         and not exists (select 1 from dataset_changes c where c.dataset_id = $1 and c.kind = 'image-replaced' and (c.body->'before'->>'key' = given.key or c.body->'after'->>'key' = given.key))`,
      [datasetId, objects.map((one) => one.key), objects.map((one) => one.number)],
    );
    return rows.map((row) => row.key);
  }

  async unknownNumbers(datasetId: string, numbers: readonly number[]): Promise<readonly number[]> {
    const rows = await this.query<{ number: number }>(
      `select given.number from unnest($2::int[]) as given (number) where not exists (select 1 from dataset_images i where i.dataset_id = $1 and i.number = given.number)`,
      [datasetId, numbers],
    );
    return rows.map((row) => row.number);
  }

  async goneClasses(datasetId: string, classIds: readonly number[]): Promise<readonly number[]> {
    const rows = await this.query<{ id: number }>(
      `select id from unnest($2::int[]) as given (id) where id >= 0 and not exists (select 1 from dataset_classes c where c.dataset_id = $1 and c.class_id = given.id) order by id`,
      [datasetId, classIds],
    );
    return rows.map((row) => row.id);
  }

  /** How many images show a class. */
  private async countClasses(datasetId: string, numbers: readonly number[], sign: 1 | -1): Promise<void> {
    await this.query(
      `update dataset_classes c set image_count = image_count + $3 * shown.count
       from (select class_id, count(*)::int as count from dataset_images i, unnest(i.class_ids) as class_id where i.dataset_id = $1 and i.number = any($2::int[]) group by class_id) as shown
       where c.dataset_id = $1 and c.class_id = shown.class_id`,
      [datasetId, numbers, sign],
    );
  }

  private async queue(datasetId: string, numbers: readonly number[]): Promise<void> {
    await this.query(
      `insert into image_processing (dataset_id, number) select $1, unnest($2::int[])
       on conflict (dataset_id, number) do update set attempts = 0, leased_until = null, queued_at = now()`,
      [datasetId, numbers],
    );
  }

  private async query<T>(sql: string, parameters: unknown[]): Promise<T[]> {
    return this.transaction.manager().query(sql, parameters) as Promise<T[]>;
  }
}

import type { Finding } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import { UnpackedImages, type PackedImage, type UnpackedCounts } from '../application/ports/unpacked-images.port.js';
import { markBroken } from './dataset-findings.js';

/** Images of a zip were there before the first change of their dataset. */
const OF_ZIP = 'dataset_id = $1 and added_seq = 0';
const PACKED = `${OF_ZIP} and object_key is null and state = 'ready'`;
const COLUMNS = `number, file_name as "fileName", format, encode(sha256, 'hex') as sha256`;

@Injectable()
export class TypeormUnpackedImages extends UnpackedImages {
  constructor(private readonly transaction: TransactionContext) {
    super();
  }

  async zipOf(datasetId: string): Promise<{ key: string; sizeBytes: number } | null> {
    const rows = await this.query<{ upload: { key: string; sizeBytes: number } | null }>('select upload from datasets where id = $1', [datasetId]);
    return rows[0]?.upload ?? null;
  }

  async count(datasetId: string): Promise<UnpackedCounts> {
    const rows = await this.query<UnpackedCounts>(
      `select count(*)::int as total, count(object_key)::int as stored, (count(*) filter (where object_key is null and state = 'broken'))::int as refused from dataset_images where ${OF_ZIP}`,
      [datasetId],
    );
    return rows[0] ?? { total: 0, stored: 0, refused: 0 };
  }

  async packed(datasetId: string, fileNames: readonly string[]): Promise<readonly PackedImage[]> {
    return this.query<PackedImage>(`select ${COLUMNS} from dataset_images where ${PACKED} and file_name collate "C" = any($2::text[])`, [datasetId, fileNames]);
  }

  async isPacked(datasetId: string, image: PackedImage): Promise<boolean> {
    return (await this.query(`select 1 from dataset_images where ${PACKED} and number = $2 and sha256 = decode($3, 'hex')`, [datasetId, image.number, image.sha256])).length > 0;
  }

  async stored(datasetId: string, images: readonly { image: PackedImage; key: string }[]): Promise<void> {
    await this.query(
      `with given as (select * from unnest($2::int[], $3::text[], $4::text[]) as given (number, sha256, key)),
       stored as (
         update dataset_images i set object_key = given.key from given
         where i.dataset_id = $1 and i.number = given.number and i.object_key is null and i.sha256 = decode(given.sha256, 'hex') returning i.dataset_id, i.number)
       insert into image_processing (dataset_id, number) select dataset_id, number from stored on conflict do nothing`,
      [datasetId, images.map(({ image }) => image.number), images.map(({ image }) => image.sha256), images.map(({ key }) => key)],
    );
  }

  async refused(datasetId: string, images: readonly PackedImage[], finding: Omit<Finding, 'entry'>): Promise<void> {
    for (const { number, fileName } of images) await markBroken((sql, parameters) => this.query(sql, parameters), { datasetId, number, finding: { ...finding, entry: fileName } });
  }

  async left(datasetId: string, most: number): Promise<readonly PackedImage[]> {
    return this.query<PackedImage>(`select ${COLUMNS} from dataset_images where ${PACKED} order by number limit $2`, [datasetId, most]);
  }

  private async query<T>(sql: string, parameters: unknown[]): Promise<T[]> {
    return this.transaction.manager().query(sql, parameters) as Promise<T[]>;
  }
}

import type { Finding } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import { UnitOfWork } from '../../../platform/database/unit-of-work.js';
import { ImageProcessing, PROCESSING_LEASE_SECONDS, type ImageToProcess, type ProcessedImage } from '../application/ports/image-processing.port.js';
import { markBroken } from './dataset-findings.js';

/** The attempt is the lease's fencing token: whoever claims raises it. */
const HELD = 'dataset_id = $1 and number = $2 and attempts = $3';
/** Takes the row out of the queue when the lease holds and the image still has the bytes that were looked at. */
const DONE = `done as (
  delete from image_processing p using dataset_images i
  where p.dataset_id = $1 and p.number = $2 and p.attempts = $3 and i.dataset_id = $1 and i.number = $2 and i.sha256 = decode($4, 'hex') returning p.dataset_id, p.number)`;

@Injectable()
export class TypeormImageProcessing extends ImageProcessing {
  constructor(
    private readonly transaction: TransactionContext,
    private readonly unitOfWork: UnitOfWork,
  ) {
    super();
  }

  async claim(most: number): Promise<readonly ImageToProcess[]> {
    return this.query<ImageToProcess>(
      `with next as (
         select p.dataset_id, p.number from image_processing p
         join dataset_images i on i.dataset_id = p.dataset_id and i.number = p.number and i.object_key is not null
         join datasets d on d.id = p.dataset_id and d.deleted_at is null
         where p.leased_until is null or p.leased_until < clock_timestamp()
         order by p.queued_at, p.dataset_id, p.number limit $1 for update of p skip locked),
       claimed as (
         update image_processing p set attempts = attempts + 1, leased_until = clock_timestamp() + make_interval(secs => $2)
         from next where p.dataset_id = next.dataset_id and p.number = next.number returning p.dataset_id, p.number, p.attempts, p.strikes)
       select c.dataset_id as "datasetId", c.number, i.file_name as "fileName", i.object_key as key, i.size_bytes::float8 as "sizeBytes", encode(i.sha256, 'hex') as sha256,
         i.crc32::float8 as crc32, i.width, i.height, c.attempts, c.strikes
       from claimed c join dataset_images i on i.dataset_id = c.dataset_id and i.number = c.number order by c.number`,
      [most, PROCESSING_LEASE_SECONDS],
    );
  }

  async made(image: ImageToProcess, facts: ProcessedImage): Promise<void> {
    await this.query(
      `with ${DONE}
       update dataset_images i set thumbnail_at = clock_timestamp(), crc32 = coalesce(i.crc32, $5), orientation = $6,
         width = case when i.width = 0 or i.height = 0 then $7 else i.width end, height = case when i.width = 0 or i.height = 0 then $8 else i.height end,
         depth = case when i.width = 0 or i.height = 0 then $9 else i.depth end
       from done where i.dataset_id = done.dataset_id and i.number = done.number`,
      [image.datasetId, image.number, image.attempts, image.sha256, facts.crc32, facts.orientation, facts.width, facts.height, facts.channels],
    );
  }

  async broken(image: ImageToProcess, finding: Finding): Promise<void> {
    await this.unitOfWork.run(async () => {
      // The dataset's row before the image's, as everybody takes them.
      await this.query('select 1 from datasets where id = $1 for update', [image.datasetId]);
      const held = await this.query(`with ${DONE} select * from done`, [image.datasetId, image.number, image.attempts, image.sha256]);
      if (held.length === 1) await markBroken((sql, parameters) => this.query(sql, parameters), { datasetId: image.datasetId, number: image.number, finding });
    });
  }

  async postpone(image: ImageToProcess, { afterSeconds, strike }: { afterSeconds: number; strike: boolean }): Promise<void> {
    await this.query(
      `update image_processing set leased_until = clock_timestamp() + make_interval(secs => $4), strikes = strikes + $5, queued_at = case when $5 > 0 then clock_timestamp() else queued_at end where ${HELD}`,
      [image.datasetId, image.number, image.attempts, afterSeconds, strike ? 1 : 0],
    );
  }

  private async query<T>(sql: string, parameters: unknown[]): Promise<T[]> {
    return this.transaction.manager().query(sql, parameters) as Promise<T[]>;
  }
}

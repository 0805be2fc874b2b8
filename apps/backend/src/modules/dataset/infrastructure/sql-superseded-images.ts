import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import { LOCK_VERSIONS } from '../../../platform/database/versions-lock.js';
import { SupersededImages } from '../application/ports/superseded-images.port.js';

/** An image may have had the same bytes more than once: versions from each of these times have them. */
const UNNEEDED = `
  with lost as (
    select c.body->'before'->>'key' as key, c.number, c.seq, c.at, coalesce(
      (select max(p.seq) from dataset_changes p where p.dataset_id = $1 and p.number = c.number and p.kind = 'image-replaced' and p.seq < c.seq), 0) as since
    from dataset_changes c where c.dataset_id = $1 and c.kind = 'image-replaced' and c.body->'before'->>'key' = any($2::text[]))
  select key from lost group by key having bool_and(lost.at < $3
    and not exists (select 1 from dataset_images i where i.dataset_id = $1 and i.number = lost.number and i.object_key = lost.key)
    and not exists (select 1 from snapshots s where s.dataset_id = $1 and s.position >= lost.since and s.position < lost.seq
      and (s.state not in ('failed','deleted') or greatest(s.created_at, s.completed_at, s.deleted_at) >= $3)))`;

/** Reads the rows of versions, which another module writes: asking it would turn the dependency of versions on datasets around. */
@Injectable()
export class SqlSupersededImages extends SupersededImages {
  constructor(private readonly transaction: TransactionContext) {
    super();
  }

  async unneeded(datasetId: string, keys: readonly string[], before: Date): Promise<readonly string[]> {
    await this.transaction.manager().query(LOCK_VERSIONS, [datasetId]);
    // After the lock, so that it sees what the one that held it made.
    const rows = (await this.transaction.manager().query(UNNEEDED, [datasetId, keys, before])) as { key: string }[];
    return rows.map((row) => row.key);
  }
}

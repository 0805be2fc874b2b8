import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CostRecords, STORED_KINDS, type CountedRequests, type StoredBytes } from '../application/ports/cost-records.port.js';

const LISTED = `select kind, sum(bytes)::float8 as bytes, sum(objects)::float8 as objects, min(measured_at) as "listedAt" from store_inventory where $1::text is null or dataset_id = $1 group by kind`;
/** What the rows know: images that there are, zips and tails, checkpoints and models. */
const KNOWN = `
  select 'originals' as kind, coalesce(sum(image_bytes), 0)::float8 as bytes from datasets where $1::text is null or id = $1
  union all
  select 'snapshots', coalesce(sum(case when zip_state = 'ready' then size_bytes else 0 end + coalesce((tail->>'size_bytes')::bigint, 0)), 0)::float8 from snapshots where state <> 'deleted' and ($1::text is null or dataset_id = $1)
  union all
  select 'models', coalesce(sum(bytes), 0)::float8 from (
    select c.key, c.size_bytes as bytes from training_checkpoints c join training_jobs j on j.id = c.job_id where $1::text is null or j.dataset_id = $1
    union select object->>'key', (object->>'sizeBytes')::bigint from models where $1::text is null or dataset_id = $1) as files`;
const COUNTED = `select operation, kind, sum(count)::float8 as count from store_operations where day >= ($2::timestamptz at time zone 'utc')::date and ($1::text is null or dataset_id = $1) group by 1, 2 order by 1, 2`;

@Injectable()
export class SqlCostRecords extends CostRecords {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  async stored(datasetId: string | null): Promise<readonly StoredBytes[]> {
    const listed: StoredBytes[] = await this.dataSource.query(LISTED, [datasetId]);
    const known: Pick<StoredBytes, 'kind' | 'bytes'>[] = await this.dataSource.query(KNOWN, [datasetId]);
    return STORED_KINDS.flatMap((kind) => {
      const [seen, said] = [listed.find((one) => one.kind === kind), known.find((one) => one.kind === kind)];
      const bytes = Math.max(seen?.bytes ?? 0, said?.bytes ?? 0);
      return bytes === 0 ? [] : [{ kind, bytes, objects: seen?.objects ?? null, listedAt: seen?.listedAt ?? null }];
    });
  }

  async counted(datasetId: string | null, since: Date): Promise<readonly CountedRequests[]> {
    return this.dataSource.query<CountedRequests[]>(COUNTED, [datasetId, since]);
  }
}

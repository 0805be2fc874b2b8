import type { WorkerHelloV1 } from '@app/contracts';
import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import { WorkerRegistry, type KnownWorker } from '../application/ports/worker-registry.port.js';

/** Heard of every 10 s: five words may be lost. */
const GONE_AFTER_SECONDS = 60;
/** A stolen credential must not fill the table, nor the broker with lanes. */
const MOST_WORKERS = 1_000;
const MOST_LANES = 32;

const COLUMNS = `worker_id as "workerId", pool, lane, engines, models, threads, memory_bytes::float8 as "memoryBytes", version, job_id as "jobId", first_seen_at as "firstSeenAt", last_seen_at as "lastSeenAt"`;
const IS_LIVING = `last_seen_at > clock_timestamp() - interval '${GONE_AFTER_SECONDS} seconds'`;

@Injectable()
export class TypeormWorkerRegistry extends WorkerRegistry {
  constructor(private readonly transaction: TransactionContext) {
    super();
  }

  async heard(hello: WorkerHelloV1, lane: string | null): Promise<boolean> {
    await this.sql(`delete from training_workers where not (${IS_LIVING})`, []);
    const rows = await this.sql<unknown[]>(
      `with heard as (
         insert into training_workers (worker_id, pool, lane, engines, models, threads, memory_bytes, version, job_id)
         select $1::text, $2::text, $3::text, $4::text[], $5::text[], $6::int, $7::bigint, $8::text, $9::uuid
         where exists (select 1 from training_workers where worker_id = $1::text)
            or ((select count(*) from training_workers) < $10 and ($3::text is null or (select count(distinct lane) from training_workers where lane is distinct from $3::text) < $11))
         on conflict (worker_id) do update set pool = excluded.pool, lane = excluded.lane, engines = excluded.engines, models = excluded.models, threads = excluded.threads,
           memory_bytes = excluded.memory_bytes, version = excluded.version, job_id = excluded.job_id, last_seen_at = clock_timestamp()
         returning 1)
       select * from heard`,
      [hello.worker_id, hello.pool, lane, hello.engines, hello.models, hello.threads, hello.memory_bytes, hello.version, hello.job_id, MOST_WORKERS, MOST_LANES],
    );
    return rows.length === 1;
  }

  async forget(workerId: string): Promise<void> {
    await this.sql('delete from training_workers where worker_id = $1', [workerId]);
  }

  async living(): Promise<readonly KnownWorker[]> {
    return this.sql(`select ${COLUMNS} from training_workers where ${IS_LIVING} order by worker_id`, []);
  }

  async find(workerId: string): Promise<KnownWorker | null> {
    return (await this.sql<KnownWorker[]>(`select ${COLUMNS} from training_workers where worker_id = $1 and ${IS_LIVING}`, [workerId]))[0] ?? null;
  }

  private async sql<T>(text: string, parameters: unknown[]): Promise<T> {
    return this.transaction.manager().query(text, parameters) as Promise<T>;
  }
}

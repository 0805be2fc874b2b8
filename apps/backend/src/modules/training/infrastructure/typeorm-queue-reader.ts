import { ENGINE_NAMES, MODEL_CATALOGUE, offerOfModel } from '@app/contracts';
import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import { QueueReader, type StaleDispatch } from '../application/ports/queue-reader.port.js';
import type { RunningJob, WaitingJob } from '../domain/training-queue.js';

/** Constants of this program, no user's words. */
const OTHER_ENGINES = MODEL_CATALOGUE.flatMap(({ id }) => ENGINE_NAMES.filter((engine) => engine !== 'onnx').map((engine) => ({ model: id, engine })));

/** Of the advisory lock; any number that nobody else uses. */
const QUEUE_LOCK = 6_282_001;
/** Of all waiting jobs so many are looked at: each user's oldest first, so that nobody's line hides another's. */
const MOST_WAITING = 2_000;

/** What a worker must offer, as `offerNeeded` says it; null: to use a model is what every worker can do. */
const NEEDED_MODEL = `case when kind = 'training' then case ${OTHER_ENGINES.map(({ model, engine }) => `when model = '${model}' and hyperparameters->>'engine' = '${engine}' then '${offerOfModel(model, engine)}'`).join(' ')} else model end end`;

const WAITING = `
  select id, requested_by as "userId", dataset_id as "datasetId", priority, pool, ${NEEDED_MODEL} as model, queued_at as "queuedAt" from (
    select *, row_number() over (partition by requested_by order by queued_at, id) as place from training_jobs where state = 'queued' and dispatched_at is null
  ) as queued order by place, queued_at limit ${MOST_WAITING}`;

const RUNNING = `
  select requested_by as "userId", dataset_id as "datasetId", pool, dispatched_lane as lane, case when state = 'queued' then null else worker_id end as "workerId"
  from training_jobs where state in ('verifying','running','cancelling') or (state = 'queued' and dispatched_at is not null)`;

@Injectable()
export class TypeormQueueReader extends QueueReader {
  constructor(private readonly transaction: TransactionContext) {
    super();
  }

  async lock(): Promise<void> {
    await this.sql('select pg_advisory_xact_lock($1)', [QUEUE_LOCK]);
  }

  async waiting(): Promise<readonly WaitingJob[]> {
    return this.sql(WAITING, []);
  }

  async running(): Promise<readonly RunningJob[]> {
    return this.sql(RUNNING, []);
  }

  async lastTurns(): Promise<readonly { userId: string; at: Date }[]> {
    return this.sql(`select requested_by as "userId", max(last_turn_at) as at from training_jobs where last_turn_at > clock_timestamp() - interval '1 day' group by requested_by`, []);
  }

  async staleDispatches(seconds: number): Promise<readonly StaleDispatch[]> {
    return this.sql(`select id as "jobId", pool, ${NEEDED_MODEL} as model from training_jobs where state = 'queued' and dispatched_at < clock_timestamp() - make_interval(secs => $1) order by dispatched_at limit 100`, [seconds]);
  }

  async hasQueued(): Promise<boolean> {
    return (await this.sql<unknown[]>(`select 1 from training_jobs where state = 'queued' limit 1`, [])).length > 0;
  }

  private async sql<T>(text: string, parameters: unknown[]): Promise<T> {
    return this.transaction.manager().query(text, parameters) as Promise<T>;
  }
}

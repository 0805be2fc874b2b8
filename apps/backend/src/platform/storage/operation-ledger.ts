import { newId } from '@app/kernel';
import { OPERATION_CLASSES, StoreMeter, type StoreCount } from '@app/object-store';
import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BackendConfig } from '../../config/backend-config.js';
import { Rounds } from '../rounds.js';
import { ScopeOwners } from './scope-owners.js';

/** Of this process, or of one of another version, which may know operations that this one does not. */
type WrittenCount = Omit<StoreCount, 'operation'> & { readonly operation: string };

/** Processes of workers: a new one at each start of each of them. */
const MOST_OTHERS = 5_000;

/** Days whose totals may still come, counted back from today; those before are put together (store-clean-ups.ts), and what comes later for them is too late. */
export const OPEN_DAYS = 3;

/** Totals only grow: written twice, or in the wrong order, they are what they were. */
const WRITE = `
  insert into store_operations (day, process, dataset_id, operation, kind, count)
  select day, $1::uuid, dataset_id, operation, kind, sum(count) from unnest($2::date[], $3::text[], $4::text[], $5::text[], $6::bigint[]) as given (day, dataset_id, operation, kind, count)
  where day >= (clock_timestamp() at time zone 'utc')::date - ${OPEN_DAYS} and day <= (clock_timestamp() at time zone 'utc')::date + 1 group by 1, 2, 3, 4, 5
  on conflict (day, process, dataset_id, operation, kind) do update set count = greatest(store_operations.count, excluded.count)`;

/**
 * Writes down what this process asked of the store, and what workers say that they asked: totals of a day, once a minute where they changed, and when the process ends. One that is killed takes the
 * counts of a minute with it, one that stops those of its last seconds.
 */
@Injectable()
export class OperationLedger implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(OperationLedger.name);
  private readonly process = newId();
  private readonly rounds: Rounds;
  /** Since the start. */
  private readonly others = new Set<string>();
  private written = '';

  constructor(
    private readonly dataSource: DataSource,
    private readonly meter: StoreMeter,
    private readonly owners: ScopeOwners,
    config: BackendConfig,
  ) {
    const every = config.storeCountsSeconds * 1000;
    this.rounds = new Rounds({ firstAfter: every, every, work: () => this.flushQuietly() });
  }

  onApplicationBootstrap(): void {
    this.rounds.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.rounds.stop();
    await this.flushQuietly();
  }

  /** Writes what this process counted so far. */
  async flush(): Promise<void> {
    const totals = this.meter.totals();
    const state = JSON.stringify(totals);
    if (state === this.written) return;
    await this.record(this.process, totals);
    this.written = state;
  }

  /** What a worker says that it asked: a few operations, of so many processes. A stolen credential fills no table. */
  async recordOf(process: string, totals: readonly WrittenCount[]): Promise<void> {
    if (this.others.size >= MOST_OTHERS && !this.others.has(process)) return;
    this.others.add(process);
    await this.record(process, totals.filter(({ operation }) => Object.hasOwn(OPERATION_CLASSES, operation)));
  }

  /** Totals of a process, by itself told apart from all others. */
  async record(process: string, totals: readonly WrittenCount[]): Promise<void> {
    if (totals.length === 0) return;
    const owners = await this.owners.datasetsOf(totals.map(({ scope }) => scope));
    const columns = [totals.map(({ day }) => day), totals.map(({ scope }) => owners.get(scope) ?? ''), totals.map(({ operation }) => operation), totals.map(({ kind }) => kind), totals.map(({ count }) => count)];
    await this.dataSource.query(WRITE, [process, ...columns]);
  }

  private async flushQuietly(): Promise<void> {
    try {
      await this.flush();
    } catch (error) {
      this.logger.warn(`counts of store operations are written later: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

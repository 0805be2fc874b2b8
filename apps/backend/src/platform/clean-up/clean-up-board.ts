import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { CleanUpAmount } from './clean-up-job.js';

export type CleanUpOutcome = 'done' | 'failed' | 'held';

export interface CleanUpState {
  readonly name: string;
  readonly isRunning: boolean;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly nextAt: Date | null;
  readonly outcome: CleanUpOutcome | null;
  readonly removed: number;
  readonly removedBytes: number;
  readonly failure: string | null;
}

/** A replica that is silent for so long is gone, and another goes on. */
export const LEASE_SECONDS = 60;

const STATES = `
  select name, coalesce(leased_until > clock_timestamp(), false) as "isRunning", started_at as "startedAt", finished_at as "finishedAt", next_at as "nextAt", outcome,
    removed::float8 as removed, removed_bytes::float8 as "removedBytes", failure from clean_ups`;

/** Who runs what, when it ran last and when it runs next: one row a job for all replicas. */
@Injectable()
export class CleanUpBoard {
  constructor(private readonly dataSource: DataSource) {}

  async states(): Promise<readonly CleanUpState[]> {
    return this.dataSource.query<CleanUpState[]>(STATES);
  }

  /** A job that is seen for the first time. */
  async announce(name: string, firstAt: Date): Promise<void> {
    await this.dataSource.query('insert into clean_ups (name, next_at) values ($1, $2) on conflict do nothing', [name, firstAt]);
  }

  /** False: it is not due (`at`: null for at once), or another replica runs it. Leases end by the clock of the database, which all replicas share. */
  async claim(name: string, of: { readonly lease: string; readonly now: Date; readonly isAsked: boolean }): Promise<boolean> {
    const rows: unknown[] = await this.dataSource.query(
      `with claimed as (update clean_ups set lease = $2, leased_until = clock_timestamp() + make_interval(secs => $4), started_at = $3
       where name = $1 and ($5 or next_at is null or next_at <= $3) and (leased_until is null or leased_until < clock_timestamp()) returning 1) select * from claimed`,
      [name, of.lease, of.now, LEASE_SECONDS, of.isAsked],
    );
    return rows.length === 1;
  }

  /** False: the lease was lost. */
  async renew(name: string, lease: string): Promise<boolean> {
    const rows: unknown[] = await this.dataSource.query(
      'with renewed as (update clean_ups set leased_until = clock_timestamp() + make_interval(secs => $3) where name = $1 and lease = $2 returning 1) select * from renewed',
      [name, lease, LEASE_SECONDS],
    );
    return rows.length === 1;
  }

  async finish(name: string, lease: string, end: { readonly outcome: CleanUpOutcome; readonly amount: CleanUpAmount; readonly failure: string | null; readonly now: Date; readonly nextAt: Date }): Promise<void> {
    await this.dataSource.query(
      'update clean_ups set lease = null, leased_until = null, outcome = $3, removed = $4, removed_bytes = $5, failure = $6, finished_at = $7, next_at = $8 where name = $1 and lease = $2',
      [name, lease, end.outcome, end.amount.count, end.amount.bytes ?? 0, end.failure, end.now, end.nextAt],
    );
  }
}

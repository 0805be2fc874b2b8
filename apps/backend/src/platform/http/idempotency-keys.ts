import { DomainError } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

export interface IdempotencySlot {
  readonly userId: string;
  readonly route: string;
  readonly key: string;
}

/** A claim whose process is gone is free again after so long. */
const CLAIM_SECONDS = 60;
const KEEP_HOURS = 24;

/** The answers of writes by client key, in Postgres: every replica knows them. */
@Injectable()
export class IdempotencyKeys {
  constructor(private readonly dataSource: DataSource) {}

  /** Null: the caller does the work now. Else the answer of the first time. Throws `in-progress` or `idempotency-mismatch`. */
  async claim(slot: IdempotencySlot, requestHash: string): Promise<{ readonly body: unknown } | null> {
    const claimed = await this.query(
      `with claimed as (
         insert into idempotency_keys (user_id, route, key, request_hash) values ($1, $2, $3, $4)
         on conflict (user_id, route, key) do update set request_hash = excluded.request_hash, claimed_at = clock_timestamp(), body = null, done = false
           where (not idempotency_keys.done and idempotency_keys.claimed_at < clock_timestamp() - make_interval(secs => $5)) or idempotency_keys.claimed_at < clock_timestamp() - make_interval(hours => $6)
         returning 1)
       select * from claimed`,
      [slot.userId, slot.route, slot.key, requestHash, CLAIM_SECONDS, KEEP_HOURS],
    );
    if (claimed.length === 1) return null;
    const rows = await this.query<{ request_hash: string; done: boolean; body: unknown }>('select request_hash, done, body from idempotency_keys where user_id = $1 and route = $2 and key = $3', [slot.userId, slot.route, slot.key]);
    const row = rows[0];
    if (row !== undefined && row.request_hash !== requestHash) throw new DomainError('idempotency-mismatch', 'This Idempotency-Key was used with another request.');
    if (row === undefined || !row.done) throw new DomainError('in-progress', 'The first request with this Idempotency-Key is still being worked on.', { retryAfterSeconds: 1 });
    return { body: row.body };
  }

  async store(slot: IdempotencySlot, body: unknown): Promise<void> {
    await this.query('update idempotency_keys set done = true, body = $4 where user_id = $1 and route = $2 and key = $3', [slot.userId, slot.route, slot.key, JSON.stringify(body)]);
  }

  async release(slot: IdempotencySlot): Promise<void> {
    await this.query('delete from idempotency_keys where user_id = $1 and route = $2 and key = $3 and not done', [slot.userId, slot.route, slot.key]).catch(() => undefined);
  }

  private async query<T>(sql: string, parameters: unknown[]): Promise<T[]> {
    return this.dataSource.query(sql, parameters) as Promise<T[]>;
  }
}

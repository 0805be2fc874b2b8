import { DomainError } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { BackendConfig } from '../../config/backend-config.js';
import { TransactionContext } from '../database/transaction-context.js';

export interface IdempotencySlot {
  readonly userId: string;
  readonly route: string;
  readonly key: string;
}

/** A key that the caller holds: `token` tells this claim from a later one of the same key. */
export interface IdempotencyClaim extends IdempotencySlot {
  readonly token: string;
}

/** A claim whose process is gone is free again after so long. */
const CLAIM_SECONDS = 60;

/** The answers of writes by client key, in Postgres: every replica knows them. */
@Injectable()
export class IdempotencyKeys {
  constructor(
    private readonly transaction: TransactionContext,
    private readonly config: BackendConfig,
  ) {}

  /** The claim: the caller does the work now. Else the answer of the first time. Throws `in-progress` or `idempotency-mismatch`. */
  async claim(slot: IdempotencySlot, requestHash: string): Promise<IdempotencyClaim | { readonly body: unknown }> {
    const claimed = await this.query<{ token: string }>(
      `with claimed as (
         insert into idempotency_keys (user_id, route, key, request_hash) values ($1, $2, $3, $4)
         on conflict (user_id, route, key) do update set request_hash = excluded.request_hash, claimed_at = clock_timestamp(), body = null, done = false
           where (not idempotency_keys.done and idempotency_keys.claimed_at < clock_timestamp() - make_interval(secs => $5)) or idempotency_keys.claimed_at < clock_timestamp() - make_interval(hours => $6)
         returning claimed_at::text as token)
       select token from claimed`,
      [slot.userId, slot.route, slot.key, requestHash, CLAIM_SECONDS, this.config.retention.idempotencyHours],
    );
    const token = claimed[0]?.token;
    if (token !== undefined) return { ...slot, token };
    const rows = await this.query<{ request_hash: string; done: boolean; body: unknown }>('select request_hash, done, body from idempotency_keys where user_id = $1 and route = $2 and key = $3', [slot.userId, slot.route, slot.key]);
    const row = rows[0];
    if (row !== undefined && row.request_hash !== requestHash) throw new DomainError('idempotency-mismatch', 'This Idempotency-Key was used with another request.');
    if (row === undefined || !row.done) throw inProgress();
    return { body: row.body };
  }

  /** In the unit of work of the effect: both are there or neither. Throws where the claim was lost meanwhile, so that the effect is rolled back. */
  async store(claim: IdempotencyClaim, body: unknown): Promise<void> {
    const stored = await this.query(
      `with stored as (update idempotency_keys set done = true, body = $5 where user_id = $1 and route = $2 and key = $3 and claimed_at = $4::timestamptz and not done returning 1) select * from stored`,
      [claim.userId, claim.route, claim.key, claim.token, JSON.stringify(body)],
    );
    if (stored.length !== 1) throw inProgress();
  }

  /** Frees the key after an error. What was stored all the same, because only the answer to the commit was lost, stays. */
  async release(claim: IdempotencyClaim): Promise<void> {
    await this.query('delete from idempotency_keys where user_id = $1 and route = $2 and key = $3 and claimed_at = $4::timestamptz and not done', [claim.userId, claim.route, claim.key, claim.token]).catch(() => undefined);
  }

  private async query<T>(sql: string, parameters: unknown[]): Promise<T[]> {
    return this.transaction.manager().query(sql, parameters) as Promise<T[]>;
  }
}

function inProgress(): DomainError {
  return new DomainError('in-progress', 'The first request with this Idempotency-Key is still being worked on.', { retryAfterSeconds: 1 });
}

import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { DataSource } from 'typeorm';
import { sqlStateOf } from '../../../platform/errors/sql-state.js';
import { toDomainError } from '../../../platform/errors/to-domain-error.js';

/** Serialisation failure, deadlock, lock not available: the same statement may well succeed a moment later. */
const WORTH_A_REPEAT: ReadonlySet<string | undefined> = new Set(['40001', '40P01', '55P03']);
const TRIES = 3;

/** Statements that are a transaction each, prepared once a connection: planning one of a dozen parts takes longer than running it. */
@Injectable()
export class SqlStatements {
  constructor(private readonly dataSource: DataSource) {}

  /** Errors of the database become DomainErrors; what may pass by itself is tried three times. */
  async run<T extends pg.QueryResultRow>(statement: { readonly name: string; readonly text: string }, values: unknown[]): Promise<T[]> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return (await this.pool().query<T>({ ...statement, values })).rows;
      } catch (error) {
        await this.beforeRepeat(error, attempt);
      }
    }
  }

  private async beforeRepeat(error: unknown, attempt: number): Promise<void> {
    if (!WORTH_A_REPEAT.has(sqlStateOf(error))) throw toDomainError(error);
    if (attempt >= TRIES) throw new DomainError('unavailable', 'The database is too busy with this at the moment.', { retryAfterSeconds: 1, cause: error });
    await sleep(10 * 2 ** attempt + Math.random() * 20);
  }

  /** TypeORM has no prepared statements; the pool is the same. */
  private pool(): pg.Pool {
    return (this.dataSource.driver as unknown as { readonly master: pg.Pool }).master;
  }
}

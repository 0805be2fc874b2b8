import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '@app/kernel';
import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { sqlStateOf } from '../errors/sql-state.js';
import { TransactionContext } from './transaction-context.js';
import { UnitOfWork } from './unit-of-work.js';

/** Serialisation failure, deadlock, lock not available: the same work may well succeed a moment later. */
const WORTH_A_REPEAT = new Set(['40001', '40P01', '55P03']);
const TRIES = 3;

@Injectable()
export class TypeormUnitOfWork extends UnitOfWork {
  private readonly logger = new Logger(TypeormUnitOfWork.name);

  constructor(
    private readonly dataSource: DataSource,
    private readonly context: TransactionContext,
  ) {
    super();
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    // A unit of work inside another is part of it: one command, one transaction.
    if (this.context.current() !== undefined) return work();
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.once(work);
      } catch (error) {
        await this.beforeRepeat(error, attempt);
      }
    }
  }

  afterCommit(reaction: () => void): void {
    const open = this.context.current();
    if (open === undefined) reaction();
    else open.afterCommit.push(reaction);
  }

  private async once<T>(work: () => Promise<T>): Promise<T> {
    const afterCommit: (() => void)[] = [];
    const result = await this.dataSource.transaction((manager) => this.context.runIn({ manager, afterCommit }, work));
    for (const reaction of afterCommit) this.react(reaction);
    return result;
  }

  private async beforeRepeat(error: unknown, attempt: number): Promise<void> {
    const state = sqlStateOf(error);
    if (state === undefined || !WORTH_A_REPEAT.has(state)) throw error;
    if (attempt >= TRIES) throw new DomainError('unavailable', 'The database is too busy with this at the moment.', { retryAfterSeconds: 1, cause: error });
    await sleep(10 * 2 ** attempt + Math.random() * 20);
  }

  private react(reaction: () => void): void {
    try {
      reaction();
    } catch (error) {
      this.logger.warn(`after a commit: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

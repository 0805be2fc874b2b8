import { ObjectStore } from '@app/object-store';
import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../database/transaction-context.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { BACKUP_HOLD_LOCK } from './backup-hold-lock.js';

/** One call to the store. */
const BATCH = 1_000;
const STAGING = 'staging/';

/**
 * Deletes objects that rows have named: at once, or, while a backup is being made, when it has ended. For keys that are given once only: what is put under one of them meanwhile would go, too.
 * A deletion holds the lock in shared mode until it is done, and a backup begins by taking it alone: none is under way when its position in the database is taken.
 */
@Injectable()
export class HeldDeletions {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly context: TransactionContext,
    private readonly store: ObjectStore,
  ) {}

  async remove(keys: readonly string[]): Promise<void> {
    const staged = keys.filter((key) => key.startsWith(STAGING));
    if (staged.length > 0) await this.store.delete(staged);
    const others = keys.filter((key) => !key.startsWith(STAGING));
    for (let at = 0; at < others.length; at += BATCH) await this.removeSome(others.slice(at, at + BATCH));
  }

  /** Deletes what waited, unless a backup is being made. Answers how many. */
  async release(): Promise<number> {
    let released = 0;
    for (let count = BATCH; count === BATCH; released += count) count = await this.releaseSome();
    return released;
  }

  private async removeSome(keys: readonly string[]): Promise<void> {
    await this.unitOfWork.run(async () => {
      if (await this.isHeld()) await this.query('insert into held_deletions (key) select unnest($1::text[]) on conflict do nothing', [keys]);
      else await this.store.delete(keys);
    });
  }

  private async releaseSome(): Promise<number> {
    return this.unitOfWork.run(async () => {
      if (await this.isHeld()) return 0;
      const rows = await this.query<{ key: string }>('select key from held_deletions order by key limit $1 for update skip locked', [BATCH]);
      if (rows.length === 0) return 0;
      const keys = rows.map((row) => row.key);
      await this.store.delete(keys);
      await this.query('delete from held_deletions where key = any($1)', [keys]);
      return keys.length;
    });
  }

  private async isHeld(): Promise<boolean> {
    await this.query('select pg_advisory_xact_lock_shared($1)', [BACKUP_HOLD_LOCK]);
    return (await this.query<{ held: boolean }>('select exists (select from backup_holds where held_until > clock_timestamp()) as held', []))[0]?.held === true;
  }

  private async query<T>(sql: string, parameters: unknown[]): Promise<T[]> {
    return this.context.manager().query(sql, parameters) as Promise<T[]>;
  }
}

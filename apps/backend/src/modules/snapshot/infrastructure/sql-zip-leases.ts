import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import { ZipLeases } from '../application/ports/zip-leases.port.js';

/** A build tells of itself each second: one that was not heard of for so long is dead. */
const LEASE = `now() + interval '8 seconds'`;
const WANTED = `zip_state = 'building' and state in ('building','ready')`;
const CLAIM = `
  with before as (select id, zip_builder from snapshots where id = $1 for update), claimed as (
    update snapshots s set zip_builder = $2, zip_leased_until = ${LEASE}, zip_started_at = now(), zip_done = 0
    from before b where s.id = b.id and (s.zip_leased_until is null or s.zip_leased_until < now()) returning b.zip_builder)
  select case when zip_builder is null then 'free' else 'taken-over' end as claim from claimed`;
const REPORT = `
  with told as (
    update snapshots set zip_done = $3, zip_total = $4, zip_leased_until = ${LEASE} where id = $1 and zip_builder = $2 and ${WANTED} returning id)
  select id from told`;
const RELEASE = `update snapshots set zip_builder = null, zip_leased_until = null where id = $1 and zip_builder = $2`;

@Injectable()
export class SqlZipLeases extends ZipLeases {
  constructor(private readonly transaction: TransactionContext) {
    super();
  }

  async claim(snapshotId: string, builder: string): Promise<'free' | 'taken-over' | null> {
    return (await this.query<{ claim: 'free' | 'taken-over' }>(CLAIM, [snapshotId, builder]))[0]?.claim ?? null;
  }

  async report(snapshotId: string, builder: string, { done, total }: { done: number; total: number }): Promise<boolean> {
    return (await this.query(REPORT, [snapshotId, builder, done, total])).length > 0;
  }

  async release(snapshotId: string, builder: string): Promise<void> {
    await this.query(RELEASE, [snapshotId, builder]);
  }

  private async query<T>(sql: string, parameters: unknown[]): Promise<T[]> {
    return this.transaction.manager().query(sql, parameters) as Promise<T[]>;
  }
}

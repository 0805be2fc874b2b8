import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import { ZipLeases } from '../application/ports/zip-leases.port.js';

/** A build tells of itself each second: one that was not heard of for so long is dead. */
const LEASE = `now() + interval '15 seconds'`;
const WANTED = `zip_state = 'building' and state in ('building','ready')`;
const CLAIM = `
  with claimed as (
    update snapshots set zip_builder = $2, zip_leased_until = ${LEASE}, zip_started_at = now(), zip_done = 0
    where id = $1 and (zip_leased_until is null or zip_leased_until < now()) returning id)
  select id from claimed`;
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

  async claim(snapshotId: string, builder: string): Promise<boolean> {
    return (await this.query(CLAIM, [snapshotId, builder])).length > 0;
  }

  async report(snapshotId: string, builder: string, { done, total }: { done: number; total: number }): Promise<boolean> {
    return (await this.query(REPORT, [snapshotId, builder, done, total])).length > 0;
  }

  async release(snapshotId: string, builder: string): Promise<void> {
    await this.query(RELEASE, [snapshotId, builder]);
  }

  private async query(sql: string, parameters: unknown[]): Promise<unknown[]> {
    return this.transaction.manager().query(sql, parameters) as Promise<unknown[]>;
  }
}

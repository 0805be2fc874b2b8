import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

export interface RetentionHold {
  readonly kind: string;
  readonly until: Date;
}

/**
 * While somebody holds what there is, no clean-up removes an object. Whoever takes a hold then waits for the runs in progress: they look between two steps. Since a run takes its lease before it looks, and a holder
 * writes its row before it looks for leases, one of them sees the other.
 */
@Injectable()
export class RetentionHolds {
  constructor(private readonly dataSource: DataSource) {}

  /** The one that lasts longest; null: nothing is held. By the database's clock, as holders write it. */
  async live(): Promise<RetentionHold | null> {
    const rows: { kind: string; until: Date }[] = await this.dataSource.query('select kind, until from retention_holds where until > clock_timestamp() order by until desc limit 1');
    return rows[0] ?? null;
  }
}

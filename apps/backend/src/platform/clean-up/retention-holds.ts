import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

export interface RetentionHold {
  readonly kind: string;
  readonly until: Date;
}

/**
 * While a backup holds what there is (docs/adr/0022), no clean-up that removes objects begins, and one that runs ends between two steps: what it removed would only wait for the backup's end (`HeldDeletions`).
 */
@Injectable()
export class RetentionHolds {
  constructor(private readonly dataSource: DataSource) {}

  /** The one that lasts longest; null: nothing is held. By the database's clock, as holders write it. */
  async live(): Promise<RetentionHold | null> {
    const rows: { kind: string; until: Date }[] = await this.dataSource.query(`select 'backup' as kind, held_until as until from backup_holds where held_until > clock_timestamp() order by held_until desc limit 1`);
    return rows[0] ?? null;
  }
}

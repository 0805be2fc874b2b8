import { Injectable, type OnModuleInit } from '@nestjs/common';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import { SnapshotUses, type SnapshotUse, type SnapshotUseSource } from '../../snapshot/index.js';

const USES = `
  select id, snapshot_version as version, state, state not in ('completed','failed','cancelled') as "isActive", final_model is not null as "hasModel"
  from training_jobs where dataset_id = $1 and snapshot_version = any($2::int[]) order by created_at desc`;

/** Tells the Snapshot module which trainings use its versions. */
@Injectable()
export class SqlSnapshotUses implements SnapshotUseSource, OnModuleInit {
  constructor(
    private readonly transaction: TransactionContext,
    private readonly uses: SnapshotUses,
  ) {}

  onModuleInit(): void {
    this.uses.register(this);
  }

  async usesOf(datasetId: string, versions: readonly number[]): Promise<readonly SnapshotUse[]> {
    return this.transaction.manager().query(USES, [datasetId, versions]) as Promise<SnapshotUse[]>;
  }
}

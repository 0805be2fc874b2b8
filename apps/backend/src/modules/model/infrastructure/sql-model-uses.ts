import { Injectable, type OnModuleInit } from '@nestjs/common';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import { SnapshotUses, type SnapshotUse, type SnapshotUseSource } from '../../snapshot/index.js';

const USES = `
  select job_id as id, snapshot_version as version, 'completed' as state, false as "isActive", true as "hasModel", stage = 'production' as "inProduction"
  from models where dataset_id = $1 and snapshot_version = any($2::int[]) and job_id is not null and stage = 'production'`;

/** Tells the Snapshot module which versions the model of production comes from: the Training module tells of the others. */
@Injectable()
export class SqlModelUses implements SnapshotUseSource, OnModuleInit {
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

import { Module } from '@nestjs/common';
import { DatasetModule } from '../dataset/index.js';
import { SnapshotModule } from '../snapshot/index.js';
import { CostController } from './api/http/cost.controller.js';
import { CostForecaster } from './application/cost-forecaster.js';
import { CostReader } from './application/cost-reader.js';
import { CostRecords } from './application/ports/cost-records.port.js';
import { SqlCostRecords } from './infrastructure/sql-cost-records.js';

/** What the object store costs, and what an action will. */
@Module({ imports: [DatasetModule, SnapshotModule], controllers: [CostController], providers: [CostReader, CostForecaster, { provide: CostRecords, useClass: SqlCostRecords }] })
export class CostModule {}

import { Module } from '@nestjs/common';
import { AnnotationModule } from '../annotation/index.js';
import { DatasetModule } from '../dataset/index.js';
import { SnapshotsController } from './api/http/snapshots.controller.js';
import { SnapshotRequestsConsumer } from './api/nats/snapshot-requests.consumer.js';
import { BuildSnapshotHandler } from './application/commands/build-snapshot/build-snapshot.handler.js';
import { RequestSnapshotForTrainingHandler } from './application/commands/request-snapshot-for-training/request-snapshot-for-training.handler.js';
import { CompleteSnapshots } from './application/complete-snapshots.js';
import { SnapshotOutcomes } from './application/ports/snapshot-outcomes.port.js';
import { SnapshotSource } from './application/ports/snapshot-source.port.js';
import { SnapshotStorage } from './application/ports/snapshot-storage.port.js';
import { GetSnapshotHandler } from './application/queries/get-snapshot/get-snapshot.handler.js';
import { ListSnapshotsHandler } from './application/queries/list-snapshots/list-snapshots.handler.js';
import { SnapshotRepository } from './domain/snapshot.repository.port.js';
import { BucketSnapshotStorage } from './infrastructure/bucket-snapshot-storage.js';
import { DatasetSnapshotSource } from './infrastructure/dataset-snapshot-source.js';
import { OutboxSnapshotOutcomes } from './infrastructure/outbox-snapshot-outcomes.js';
import { TypeormSnapshotRepository } from './infrastructure/typeorm-snapshot.repository.js';

@Module({
  imports: [DatasetModule, AnnotationModule],
  controllers: [SnapshotsController, SnapshotRequestsConsumer],
  providers: [
    ...[RequestSnapshotForTrainingHandler, BuildSnapshotHandler, ListSnapshotsHandler, GetSnapshotHandler, CompleteSnapshots],
    { provide: SnapshotRepository, useClass: TypeormSnapshotRepository },
    { provide: SnapshotSource, useClass: DatasetSnapshotSource },
    { provide: SnapshotStorage, useClass: BucketSnapshotStorage },
    { provide: SnapshotOutcomes, useClass: OutboxSnapshotOutcomes },
  ],
  exports: [CompleteSnapshots],
})
export class SnapshotModule {}

import { Module } from '@nestjs/common';
import { AnnotationModule } from '../annotation/index.js';
import { DatasetModule } from '../dataset/index.js';
import { CompareController } from './api/http/compare.controller.js';
import { SnapshotDownloadController } from './api/http/snapshot-download.controller.js';
import { SnapshotsController } from './api/http/snapshots.controller.js';
import { LoadedLabelsConsumer } from './api/nats/loaded-labels.consumer.js';
import { SnapshotCommandsResponder } from './api/nats/snapshot-commands.responder.js';
import { SnapshotRequestsConsumer } from './api/nats/snapshot-requests.consumer.js';
import { BuildSnapshotHandler } from './application/commands/build-snapshot/build-snapshot.handler.js';
import { ChangeSnapshotHandler } from './application/commands/change-snapshot/change-snapshot.handler.js';
import { CountLabelsHandler } from './application/commands/count-labels/count-labels.handler.js';
import { CreateSnapshotHandler } from './application/commands/create-snapshot/create-snapshot.handler.js';
import { DeleteSnapshotHandler } from './application/commands/delete-snapshot/delete-snapshot.handler.js';
import { RequestSnapshotForTrainingHandler } from './application/commands/request-snapshot-for-training/request-snapshot-for-training.handler.js';
import { RestoreSnapshotHandler } from './application/commands/restore-snapshot/restore-snapshot.handler.js';
import { DiffSnapshotsHandler, ListDiffHandler } from './application/queries/diff-snapshots/diff-snapshots.handler.js';
import { VersionDiff } from './application/version-diff.js';
import { CompleteSnapshots } from './application/complete-snapshots.js';
import { SnapshotOutcomes } from './application/ports/snapshot-outcomes.port.js';
import { SnapshotSource } from './application/ports/snapshot-source.port.js';
import { SnapshotStorage } from './application/ports/snapshot-storage.port.js';
import { SnapshotFacts } from './application/ports/snapshot-facts.port.js';
import { GetSnapshotHandler } from './application/queries/get-snapshot/get-snapshot.handler.js';
import { ListSnapshotsHandler } from './application/queries/list-snapshots/list-snapshots.handler.js';
import { ZipLeases } from './application/ports/zip-leases.port.js';
import { SnapshotDetailsReader } from './application/snapshot-details.js';
import { SnapshotUses } from './application/snapshot-uses.js';
import { VersionMaker } from './application/version-maker.js';
import { SnapshotForecasts } from './application/snapshot-forecasts.js';
import { ZipBuild } from './application/zip-build.js';
import { ZipDoubts } from './application/zip-doubts.js';
import { ZipLooks } from './application/zip-looks.js';
import { ZipShelf } from './application/zip-shelf.js';
import { SnapshotRepository } from './domain/snapshot.repository.port.js';
import { BucketSnapshotStorage } from './infrastructure/bucket-snapshot-storage.js';
import { DatasetSnapshotSource } from './infrastructure/dataset-snapshot-source.js';
import { OutboxSnapshotOutcomes } from './infrastructure/outbox-snapshot-outcomes.js';
import { SqlSnapshotFacts } from './infrastructure/sql-snapshot-facts.js';
import { SqlZipLeases } from './infrastructure/sql-zip-leases.js';
import { TypeormSnapshotRepository } from './infrastructure/typeorm-snapshot.repository.js';
import { ZipComposer } from './infrastructure/zip-composer.js';
import { SnapshotCleanUps } from './infrastructure/snapshot-clean-ups.js';
import { ZipRounds } from './infrastructure/zip-rounds.js';

@Module({
  imports: [DatasetModule, AnnotationModule],
  controllers: [CompareController, SnapshotsController, SnapshotDownloadController, SnapshotRequestsConsumer, LoadedLabelsConsumer, SnapshotCommandsResponder],
  providers: [
    ...[CreateSnapshotHandler, ChangeSnapshotHandler, DeleteSnapshotHandler, RequestSnapshotForTrainingHandler, BuildSnapshotHandler, CountLabelsHandler, ListSnapshotsHandler, GetSnapshotHandler, DiffSnapshotsHandler, ListDiffHandler, RestoreSnapshotHandler],
    ...[VersionDiff, CompleteSnapshots, SnapshotDetailsReader, SnapshotUses, VersionMaker, ZipBuild, ZipComposer, ZipDoubts, ZipLooks, ZipShelf, ZipRounds, SnapshotCleanUps, SnapshotForecasts],
    { provide: SnapshotRepository, useClass: TypeormSnapshotRepository },
    { provide: SnapshotSource, useClass: DatasetSnapshotSource },
    { provide: SnapshotStorage, useClass: BucketSnapshotStorage },
    { provide: ZipLeases, useClass: SqlZipLeases },
    { provide: SnapshotFacts, useClass: SqlSnapshotFacts },
    { provide: SnapshotOutcomes, useClass: OutboxSnapshotOutcomes },
  ],
  exports: [CompleteSnapshots, SnapshotUses, SnapshotForecasts],
})
export class SnapshotModule {}

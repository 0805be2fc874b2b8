import { Module } from '@nestjs/common';
import { BackendConfig } from '../../config/backend-config.js';
import { DatasetModule } from '../dataset/index.js';
import { SnapshotModule } from '../snapshot/index.js';
import { ExamplesController } from './api/http/examples.controller.js';
import { TrainingController } from './api/http/training.controller.js';
import { SnapshotOutcomeConsumer } from './api/nats/snapshot-outcome.consumer.js';
import { TrainingCommandsResponder } from './api/nats/training-commands.responder.js';
import { TrainingReportsConsumer } from './api/nats/training-reports.consumer.js';
import { TrainingWorkerResponder } from './api/nats/training-worker.responder.js';
import { AcceptSnapshotHandler } from './application/commands/accept-snapshot/accept-snapshot.handler.js';
import { CancelTrainingHandler } from './application/commands/cancel-training/cancel-training.handler.js';
import { DispatchJobsHandler } from './application/commands/dispatch-jobs/dispatch-jobs.handler.js';
import { ExpireLeasesHandler } from './application/commands/expire-leases/expire-leases.handler.js';
import { GiveUpReportHandler } from './application/commands/give-up-report/give-up-report.handler.js';
import { HearHelloHandler } from './application/commands/hear-hello/hear-hello.handler.js';
import { HearWorkerHandler } from './application/commands/hear-worker/hear-worker.handler.js';
import { MintCheckpointUploadHandler } from './application/commands/mint-checkpoint-upload/mint-checkpoint-upload.handler.js';
import { PrioritiseJobHandler } from './application/commands/prioritise-job/prioritise-job.handler.js';
import { RecordReportHandler } from './application/commands/record-report/record-report.handler.js';
import { RetryTrainingHandler } from './application/commands/retry-training/retry-training.handler.js';
import { StartTrainingHandler } from './application/commands/start-training/start-training.handler.js';
import { VerifyJobHandler } from './application/commands/verify-job/verify-job.handler.js';
import { CheckpointRetention } from './application/checkpoint-retention.js';
import { JobAccess } from './application/job-access.js';
import { InferenceJobs } from './application/inference-jobs.js';
import { InitialModels } from './application/initial-models.js';
import { JobEnds } from './application/job-ends.js';
import { JobEventFeed } from './application/job-event-feed.js';
import { ReportEffects } from './application/report-effects.js';
import { CheckpointStorage } from './application/ports/checkpoint-storage.port.js';
import { EarlyReports } from './application/ports/early-reports.port.js';
import { JobEventSignal } from './application/ports/job-event-signal.port.js';
import { JobReadModel } from './application/ports/job-read-model.port.js';
import { JobRecords } from './application/ports/job-records.port.js';
import { QueueReader } from './application/ports/queue-reader.port.js';
import { QueueSignal } from './application/ports/queue-signal.port.js';
import { WorkLanes } from './application/ports/work-lanes.port.js';
import { WorkerRegistry } from './application/ports/worker-registry.port.js';
import { QueueStateReader } from './application/queue-state.js';
import { Principals } from './application/ports/principals.port.js';
import { TrainingSnapshots } from './application/ports/snapshots.port.js';
import { TrainableDatasets } from './application/ports/trainable-datasets.port.js';
import { ValidationExamples } from './application/ports/validation-examples.port.js';
import { AttemptStatusHandler } from './application/queries/attempt-status/attempt-status.handler.js';
import { GetJobLogsHandler } from './application/queries/get-job-logs/get-job-logs.handler.js';
import { GetJobHandler } from './application/queries/get-job/get-job.handler.js';
import { ListCheckpointsHandler } from './application/queries/list-checkpoints/list-checkpoints.handler.js';
import { ListExamplesHandler } from './application/queries/list-examples/list-examples.handler.js';
import { ListJobsHandler } from './application/queries/list-jobs/list-jobs.handler.js';
import { ListModelsHandler } from './application/queries/list-models/list-models.handler.js';
import { ListWorkersHandler } from './application/queries/list-workers/list-workers.handler.js';
import { ReadJobEventsHandler } from './application/queries/read-job-events/read-job-events.handler.js';
import { TrainableModels } from './application/trainable-models.js';
import { TrainingSettings } from './application/training-settings.js';
import { TrainingJobRepository } from './domain/training-job.repository.port.js';
import { BucketCheckpointStorage } from './infrastructure/bucket-checkpoint-storage.js';
import { BucketValidationExamples } from './infrastructure/bucket-validation-examples.js';
import { CredentialPrincipals } from './infrastructure/credential-principals.js';
import { DatasetTrainableDatasets } from './infrastructure/dataset-trainable-datasets.js';
import { InProcessJobEventSignal } from './infrastructure/in-process-job-event-signal.js';
import { InProcessQueueSignal } from './infrastructure/in-process-queue-signal.js';
import { NatsWorkLanes } from './infrastructure/nats-work-lanes.js';
import { QueueMetrics } from './infrastructure/queue-metrics.js';
import { QueueRunner } from './infrastructure/queue-runner.js';
import { TypeormQueueReader } from './infrastructure/typeorm-queue-reader.js';
import { TypeormWorkerRegistry } from './infrastructure/typeorm-worker-registry.js';
import { LeaseSweeper } from './infrastructure/lease-sweeper.js';
import { TrainingCleanUps } from './infrastructure/training-clean-ups.js';
import { SqlSnapshotUses } from './infrastructure/sql-snapshot-uses.js';
import { SnapshotTrainingSnapshots } from './infrastructure/snapshot-training-snapshots.js';
import { TypeormEarlyReports } from './infrastructure/typeorm-early-reports.js';
import { TypeormJobReadModel } from './infrastructure/typeorm-job-read-model.js';
import { TypeormJobRecords } from './infrastructure/typeorm-job-records.js';
import { TypeormTrainingJobRepository } from './infrastructure/typeorm-training-job.repository.js';

const COMMANDS = [
  ...[StartTrainingHandler, CancelTrainingHandler, RetryTrainingHandler, VerifyJobHandler, MintCheckpointUploadHandler],
  ...[RecordReportHandler, HearWorkerHandler, ExpireLeasesHandler, AcceptSnapshotHandler],
  ...[DispatchJobsHandler, HearHelloHandler, PrioritiseJobHandler, GiveUpReportHandler],
];
const QUERIES = [ListModelsHandler, ListJobsHandler, GetJobHandler, GetJobLogsHandler, ListCheckpointsHandler, ListExamplesHandler, ReadJobEventsHandler, AttemptStatusHandler, ListWorkersHandler];

@Module({
  imports: [DatasetModule, SnapshotModule],
  controllers: [TrainingController, ExamplesController, TrainingReportsConsumer, TrainingWorkerResponder, TrainingCommandsResponder, SnapshotOutcomeConsumer],
  providers: [
    ...COMMANDS,
    ...QUERIES,
    ...[InferenceJobs, InitialModels, JobEnds, JobAccess, JobEventFeed, QueueStateReader, QueueRunner, QueueMetrics, LeaseSweeper, ReportEffects, CheckpointRetention, SqlSnapshotUses, TrainingCleanUps],
    { provide: TrainingSettings, inject: [BackendConfig], useFactory: (config: BackendConfig) => new TrainingSettings(config.trainingLeaseSeconds, config.trainingLimits, config.trainingClaimSeconds) },
    { provide: TrainableModels, inject: [BackendConfig], useFactory: (config: BackendConfig) => new TrainableModels(config.trainers) },
    { provide: TrainingJobRepository, useClass: TypeormTrainingJobRepository },
    { provide: JobRecords, useClass: TypeormJobRecords },
    { provide: EarlyReports, useClass: TypeormEarlyReports },
    { provide: JobReadModel, useClass: TypeormJobReadModel },
    { provide: QueueReader, useClass: TypeormQueueReader },
    { provide: QueueSignal, useClass: InProcessQueueSignal },
    { provide: WorkerRegistry, useClass: TypeormWorkerRegistry },
    { provide: WorkLanes, useClass: NatsWorkLanes },
    { provide: JobEventSignal, useClass: InProcessJobEventSignal },
    { provide: CheckpointStorage, useClass: BucketCheckpointStorage },
    { provide: ValidationExamples, useClass: BucketValidationExamples },
    { provide: Principals, useClass: CredentialPrincipals },
    { provide: TrainableDatasets, useClass: DatasetTrainableDatasets },
    { provide: TrainingSnapshots, useClass: SnapshotTrainingSnapshots },
  ],
  exports: [InferenceJobs, InitialModels, JobEnds, JobReadModel],
})
export class TrainingModule {}

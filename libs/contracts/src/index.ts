import * as annotation from './annotation/annotation-events.v1.js';
import * as dataset from './dataset/dataset-events.v1.js';
import * as image from './dataset/image-events.v1.js';
import * as imports from './dataset/import-events.v1.js';
import type { EventDefinition, RpcDefinition } from './envelope/cloud-event.js';
import * as snapshot from './snapshot/snapshot-events.v1.js';
import * as modelRpc from './model/model-rpc.v1.js';
import * as training from './training/training-events.v1.js';
import * as snapshotRpc from './snapshot/snapshot-rpc.v1.js';
import * as trainingRpc from './training/training-rpc.v1.js';

export { ERROR_CODES, type ErrorCode } from '@app/kernel';
export * from './common.js';
export * from './envelope/cloud-event.js';
export * from './envelope/rpc-reply.js';
export * from './dead-letter/message-rejected.v1.js';
export * from './annotation/annotation-events.v1.js';
export * from './dataset/dataset-events.v1.js';
export * from './dataset/image-events.v1.js';
export * from './dataset/import-events.v1.js';
export * from './snapshot/snapshot-events.v1.js';
export * from './model/model-adapter.js';
export * from './model/model-rpc.v1.js';
export * from './training/epoch-metrics.js';
export * from './training/inference.js';
export * from './training/external/trainer-hyperparameters.js';
export * from './training/external/trainer-job.js';
export * from './training/external/trainer-lines.js';
export * from './training/external/trainer-schemas.js';
export * from './training/external/trainers-file.js';
export * from './training/model-catalogue.js';
export * from './training/prediction.js';
export * from './training/split.js';
export * from './training/training-events.v1.js';
export * from './training/worker-hello.v1.js';
export * from './snapshot/snapshot-rpc.v1.js';
export * from './training/training-rpc.v1.js';

/** Every event that the platform publishes to JetStream. Streams, the AsyncAPI document and the sample test are made from it. */
export const ALL_EVENTS: readonly EventDefinition[] = [
  dataset.datasetCreatedV1,
  dataset.datasetUploadedV1,
  dataset.datasetDeletedV1,
  dataset.datasetRestoredV1,
  image.imageAddedV1,
  image.imageRemovedV1,
  imports.importProgressedV1,
  imports.importCompletedV1,
  imports.importFailedV1,
  annotation.imageAnnotatedV1,
  annotation.classChangedV1,
  snapshot.snapshotRequestedV1,
  snapshot.snapshotCompletedV1,
  snapshot.snapshotFailedV1,
  training.trainingRequestedV1,
  training.trainingDispatchedV1,
  training.trainingStartedV1,
  training.trainingProgressedV1,
  training.trainingCheckpointedV1,
  training.trainingCompletedV1,
  training.trainingPredictedV1,
  training.trainingFailedV1,
  training.trainingCancelledV1,
];

export const ALL_RPCS: readonly RpcDefinition[] = [
  trainingRpc.verifyJobRpcV1,
  trainingRpc.checkpointUploadRpcV1,
  trainingRpc.jobCancelledRpcV1,
  trainingRpc.reportsSeenRpcV1,
  trainingRpc.startTrainingRpcV1,
  trainingRpc.cancelTrainingRpcV1,
  trainingRpc.retryTrainingRpcV1,
  snapshotRpc.createSnapshotRpcV1,
  modelRpc.predictImageRpcV1,
];

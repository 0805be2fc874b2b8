import {
  createSnapshotRpcV1,
  messageRejectedV1,
  predictImageRpcV1,
  reportsSeenRpcV1,
  startTrainingRpcV1,
  cancelTrainingRpcV1,
  retryTrainingRpcV1,
  checkpointUploadRpcV1,
  jobCancelledRpcV1,
  verifyJobRpcV1,
  STREAM_NAMES,
  trainingCancelledV1,
  trainingCheckpointedV1,
  trainingCompletedV1,
  trainingFailedV1,
  trainingPredictedV1,
  trainingProgressedV1,
  trainingStartedV1,
  WORK_DURABLE,
  workerHeartbeatV1,
  workerHelloV1,
} from '@app/contracts';
import type { NatsUser } from './nats-config.js';

/** Where the training service gets its replies: a prefix of its own, so that it cannot read the replies to others. */
export const TRAINING_INBOX_PREFIX = '_INBOX_training';
/** The consumer of the work stream that the workers of the default lane share. */
export const TRAINING_DURABLE = WORK_DURABLE;

const WORK = 'VISION_TRAINING_WORK';

/**
 * The platform's three users. `backend` owns streams and consumers; `training` may report, ask and take work, nothing else; `consumer`
 * is for programs of others: reads every event stream and may send the commands, which carry an API key of their own.
 */
export function visionNatsUsers(passwords: { readonly backend: string; readonly training: string; readonly consumer: string }): NatsUser[] {
  return [
    {
      name: 'backend',
      password: passwords.backend,
      permissions: { publish: ['vision.>', '$JS.API.>', '$JS.ACK.>', '_INBOX.>', `${TRAINING_INBOX_PREFIX}.>`], subscribe: ['vision.>', '_INBOX.>', '_INBOX_backend.>'] },
    },
    { name: 'training', password: passwords.training, permissions: { publish: trainingPublishes(), subscribe: [`${TRAINING_INBOX_PREFIX}.>`, predictImageRpcV1.subject], mayAnswer: true } },
    { name: 'consumer', password: passwords.consumer, permissions: { publish: consumerPublishes(), subscribe: ['vision.>', '_INBOX.>'] } },
  ];
}

function trainingPublishes(): string[] {
  const reports = [trainingStartedV1, trainingProgressedV1, trainingCheckpointedV1, trainingCompletedV1, trainingPredictedV1, trainingFailedV1, trainingCancelledV1];
  const questions = [verifyJobRpcV1, checkpointUploadRpcV1, jobCancelledRpcV1, reportsSeenRpcV1];
  return [
    ...[...reports, ...questions].map((one) => one.subject),
    workerHeartbeatV1.subject,
    workerHelloV1.subject,
    messageRejectedV1.subjectOf('training'),
    `$JS.API.STREAM.INFO.${WORK}`,
    // One consumer a lane; the stream has no others.
    `$JS.API.CONSUMER.INFO.${WORK}.*`,
    `$JS.API.CONSUMER.MSG.NEXT.${WORK}.*`,
    `$JS.ACK.${WORK}.>`,
  ];
}

function consumerPublishes(): string[] {
  const streams = STREAM_NAMES.filter((name) => name !== WORK);
  return [
    ...[createSnapshotRpcV1, startTrainingRpcV1, cancelTrainingRpcV1, retryTrainingRpcV1].map((one) => one.subject),
    '$JS.API.INFO',
    '$JS.API.STREAM.NAMES',
    '$JS.API.STREAM.LIST',
    ...streams.flatMap((name) => [
      `$JS.API.STREAM.INFO.${name}`,
      `$JS.API.CONSUMER.CREATE.${name}`,
      `$JS.API.CONSUMER.CREATE.${name}.>`,
      `$JS.API.CONSUMER.DURABLE.CREATE.${name}.*`,
      `$JS.API.CONSUMER.INFO.${name}.*`,
      `$JS.API.CONSUMER.MSG.NEXT.${name}.*`,
      `$JS.ACK.${name}.>`,
    ]),
  ];
}

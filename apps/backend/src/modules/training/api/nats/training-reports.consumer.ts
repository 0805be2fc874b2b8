import {
  trainingCancelledV1,
  trainingCheckpointedV1,
  trainingCompletedV1,
  trainingFailedV1,
  trainingPredictedV1,
  trainingProgressedV1,
  trainingStartedV1,
  workerHeartbeatV1,
  type EventDefinition,
  type WorkerHeartbeatV1,
} from '@app/contracts';
import { NatsConsumer, OnEvents, OnSignal, Retry, type TypedEvent } from '@app/messaging';
import { CommandBus } from '@nestjs/cqrs';
import { Payload } from '@nestjs/microservices';
import { HearWorkerCommand } from '../../application/commands/hear-worker/hear-worker.command.js';
import { RecordReportCommand, type WorkerReport } from '../../application/commands/record-report/record-report.command.js';

const KINDS: ReadonlyMap<string, WorkerReport['kind']> = new Map([
  [trainingStartedV1.subject, 'started'],
  [trainingProgressedV1.subject, 'progressed'],
  [trainingCheckpointedV1.subject, 'checkpointed'],
  [trainingCompletedV1.subject, 'completed'],
  [trainingPredictedV1.subject, 'predicted'],
  [trainingFailedV1.subject, 'failed'],
  [trainingCancelledV1.subject, 'cancelled'],
]);

const DEFINITIONS: readonly EventDefinition[] = [trainingStartedV1, trainingProgressedV1, trainingCheckpointedV1, trainingCompletedV1, trainingPredictedV1, trainingFailedV1, trainingCancelledV1];

/** Until a report comes whose forerunner the worker must send once more. */
const WAIT_FOR_FORERUNNER_SECONDS = 2;

/** A report takes milliseconds: one that a killed process had in hand comes again soon. */
const SHORT_ACK_WAIT_SECONDS = 10;

/** What workers report. One consumer for all kinds, since the reports of an attempt have an order. */
@NatsConsumer()
export class TrainingReportsConsumer {
  constructor(private readonly commands: CommandBus) {}

  @OnEvents({ stream: trainingStartedV1.stream, filter: 'vision.training.job.*.v1', definitions: DEFINITIONS }, { durable: 'backend-training-reports', ackWaitSeconds: SHORT_ACK_WAIT_SECONDS })
  async onReport(@Payload() event: TypedEvent<unknown>): Promise<void> {
    const kind = KINDS.get(event.type);
    if (kind === undefined) return;
    // The settlement parsed the data by the schema of this very subject.
    const outcome = await this.commands.execute(new RecordReportCommand({ kind, data: event.data } as WorkerReport));
    if (outcome === 'ahead') throw new Retry('a report before this one is missing', WAIT_FOR_FORERUNNER_SECONDS);
  }

  @OnSignal(workerHeartbeatV1)
  async onHeartbeat(@Payload() beat: WorkerHeartbeatV1): Promise<void> {
    await this.commands.execute(new HearWorkerCommand(beat.job_id, beat.attempt, beat.fencing_token));
  }
}

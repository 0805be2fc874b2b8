import {
  trainingCancelledV1,
  trainingCheckpointedV1,
  trainingCompletedV1,
  trainingFailedV1,
  trainingPredictedV1,
  trainingProgressedV1,
  trainingStartedV1,
  workerHeartbeatV1,
  workerHelloV1,
  type EventDefinition,
  type WorkerHeartbeatV1,
  type WorkerHelloV1,
} from '@app/contracts';
import { DomainError } from '@app/kernel';
import { NatsConsumer, OnEvents, OnSignal, Retry, type EventContext, type TypedEvent } from '@app/messaging';
import { CommandBus } from '@nestjs/cqrs';
import { Ctx, Payload } from '@nestjs/microservices';
import { OperationLedger } from '../../../../platform/storage/operation-ledger.js';
import { HearHelloCommand } from '../../application/commands/hear-hello/hear-hello.command.js';
import { HearWorkerCommand } from '../../application/commands/hear-worker/hear-worker.command.js';
import { GiveUpReportCommand } from '../../application/commands/give-up-report/give-up-report.command.js';
import { RecordReportCommand, type ReportOutcome, type WorkerReport } from '../../application/commands/record-report/record-report.command.js';

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

/** Of a report that fails: 1 + 5 + 15 + 30 s, then it is given up. */
const MAX_DELIVERIES = 5;

/** What workers report. One consumer for all kinds, since the reports of an attempt have an order. */
@NatsConsumer()
export class TrainingReportsConsumer {
  constructor(
    private readonly commands: CommandBus,
    private readonly ledger: OperationLedger,
  ) {}

  @OnEvents({ stream: trainingStartedV1.stream, filter: 'vision.training.job.*.v1', definitions: DEFINITIONS }, { durable: 'backend-training-reports', maxDeliveries: MAX_DELIVERIES, ackWaitSeconds: SHORT_ACK_WAIT_SECONDS })
  async onReport(@Payload() event: TypedEvent<unknown>, @Ctx() context: Pick<EventContext, 'deliveryCount'>): Promise<void> {
    const kind = KINDS.get(event.type);
    if (kind === undefined) return;
    // The settlement parsed the data by the schema of this very subject.
    const outcome = await this.record({ kind, data: event.data } as WorkerReport, context.deliveryCount);
    if (outcome === 'ahead') throw new Retry('a report before this one is missing', WAIT_FOR_FORERUNNER_SECONDS);
  }

  /** A report that fails time and again, though the database answers, takes its attempt with it; then it is a dead letter. */
  private async record(report: WorkerReport, deliveryCount: number): Promise<ReportOutcome> {
    try {
      return await this.commands.execute(new RecordReportCommand(report));
    } catch (error) {
      const isPassing = error instanceof DomainError && error.code === 'unavailable';
      if (!isPassing && deliveryCount >= MAX_DELIVERIES) await this.commands.execute(new GiveUpReportCommand(report));
      throw error;
    }
  }

  @OnSignal(workerHeartbeatV1)
  async onHeartbeat(@Payload() beat: WorkerHeartbeatV1): Promise<void> {
    await this.commands.execute(new HearWorkerCommand(beat.job_id, beat.attempt, beat.fencing_token));
  }

  @OnSignal(workerHelloV1)
  async onHello(@Payload() hello: WorkerHelloV1): Promise<void> {
    await this.commands.execute(new HearHelloCommand(hello));
    if (hello.store_counts !== undefined) await this.ledger.recordOf(hello.store_counts.process, hello.store_counts.counts);
  }
}

import { trainingDispatchedV1, WORK_DURABLE, type TrainingDispatchedV1 } from '@app/contracts';
import { NatsConsumer, OnEvent, Reject, Retry, type EventContext, type TypedEvent } from '@app/messaging';
import { Ctx, Payload } from '@nestjs/microservices';
import { TrainingWorker } from './training-worker.js';

/** Seconds until a message comes again that the backend gave no answer to, by delivery. */
const RETRY_SECONDS = [1, 2, 5, 10, 15] as const;
/** An error of ours that repeats is a dead letter after so many deliveries. */
const MAX_FAILURES = 5;

/** Takes announced jobs one by one. Of the message only the job's id is used; everything else comes from the verification. */
@NatsConsumer()
export class DispatchedJobConsumer {
  constructor(private readonly worker: TrainingWorker) {}

  // The backend may be away for long, and each try counts as a delivery: the message must outlive that.
  @OnEvent(trainingDispatchedV1, { durable: WORK_DURABLE, concurrency: 1, maxDeliveries: 1_000_000 })
  async onDispatched(@Payload() event: TypedEvent<TrainingDispatchedV1>, @Ctx() context: Pick<EventContext, 'deliveryCount'>): Promise<void> {
    const verdict = await this.take(event, context.deliveryCount);
    switch (verdict.kind) {
      case 'done':
        return;
      case 'refused':
        if (verdict.isUnknown) throw new Reject(`job ${event.data.job_id} is not known to the backend: the message was not written by it (${verdict.reason})`);
        return;
      case 'later':
        throw new Retry(verdict.reason, RETRY_SECONDS[Math.min(context.deliveryCount, RETRY_SECONDS.length) - 1] ?? 15);
    }
  }

  private async take(event: TypedEvent<TrainingDispatchedV1>, deliveryCount: number): ReturnType<TrainingWorker['take']> {
    try {
      return await this.worker.take(event.data.job_id, { correlationId: event.correlationid, causationId: event.id });
    } catch (error) {
      if (deliveryCount >= MAX_FAILURES) throw new Reject(`failed ${deliveryCount} times: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      throw error;
    }
  }
}

import { trainingDispatchedV1, WORK_DURABLE } from '@app/contracts';
import type { DurableConsumer } from '@app/messaging';

/** The workers' consumer of the lane without a name. They may not make one themselves; the backend makes it for them. Others have its settings. */
export const WORKERS_CONSUMER: DurableConsumer = { stream: trainingDispatchedV1.stream, durable: WORK_DURABLE, subject: trainingDispatchedV1.subject, ackWaitSeconds: 30, maxAckPending: 1000 };

import { comesUnder } from '@app/contracts';
import { DomainError, failpoint } from '@app/kernel';
import { inSpan, WorkContext } from '@app/observability';
import type { JsMsg } from '@nats-io/jetstream';
import { decodeEvent, type TypedEvent } from '../cloud-event-codec.js';
import { reasonOf, type MessagingLog } from '../messaging-log.js';
import type { ConsumerOptions, EventSource } from './decorators.js';
import type { DeadLetters } from './dead-letters.js';
import { Reject, Retry } from './outcomes.js';

/** What a handler may know of the delivery. */
export interface EventContext {
  readonly deliveryCount: number;
  readonly durable: string;
}

export interface Settlement {
  readonly source: EventSource;
  readonly consumer: ConsumerOptions;
  readonly handle: (event: TypedEvent<unknown>, context: EventContext) => Promise<void>;
  readonly deadLetters: Pick<DeadLetters, 'keep'>;
  readonly log: MessagingLog;
}

export type Outcome = 'ack' | 'retry' | 'dead-letter';

export const DEFAULT_MAX_DELIVERIES = 5;
export const DEFAULT_ACK_WAIT_SECONDS = 30;
/** Seconds until the next try, by delivery: quick first, then patient. */
const BACKOFF_SECONDS = [1, 5, 15, 30] as const;

/** The one place where the outcome of a handler becomes ack, nak or dead letter + term. Never throws. */
export async function settle(message: JsMsg, settlement: Settlement): Promise<Outcome> {
  const definition = settlement.source.definitions.find((known) => comesUnder(known, message.subject));
  if (definition === undefined) {
    message.ack();
    return 'ack';
  }
  const decoded = decodeEvent(message.data, definition.subject, definition.data);
  if (!decoded.ok) return bury(message, settlement, decoded.reason);
  if (isHopeless(message)) {
    // Delivered again and again for a day: it ends the process before an outcome can be told. A database that is away for an hour is no such case.
    return bury(message, settlement, `delivered ${message.info.deliveryCount} times without an outcome`);
  }
  const stopWorking = keepAlive(message, settlement.consumer.ackWaitSeconds ?? DEFAULT_ACK_WAIT_SECONDS);
  try {
    await handleInContext(decoded.event, settlement, message.info.deliveryCount);
    await failpoint('consumer-before-ack', settlement.consumer.durable);
    message.ack();
    return 'ack';
  } catch (error) {
    return await settleFailure(message, settlement, error);
  } finally {
    stopWorking();
  }
}

/** What the handler does, logs and publishes belongs to what its event belongs to. */
async function handleInContext(event: TypedEvent<unknown>, settlement: Settlement, deliveryCount: number): Promise<void> {
  const { durable } = settlement.consumer;
  const { correlationid: correlationId, id, traceparent, type } = event;
  const span = { kind: 'consumer', parent: traceparent, attributes: { 'messaging.system': 'nats', 'messaging.consumer.group.name': durable, 'messaging.message.id': id, delivery: deliveryCount } } as const;
  const handle = (): Promise<void> => settlement.handle(event, { deliveryCount, durable });
  await WorkContext.run({ correlationId, causationId: id }, () => (traceparent === undefined ? handle() : inSpan(`process ${type}`, span, handle)));
}

async function settleFailure(message: JsMsg, settlement: Settlement, error: unknown): Promise<Outcome> {
  if (error instanceof Reject) return bury(message, settlement, error.message);
  if (error instanceof Retry) return again(message, error.delaySeconds);
  if (error instanceof DomainError && error.code === 'unavailable') return again(message, error.retryAfterSeconds ?? 5);
  settlement.log.error(`${message.subject} (${settlement.consumer.durable}), delivery ${message.info.deliveryCount}: ${reasonOf(error)}`);
  if (message.info.deliveryCount >= maxDeliveries(settlement)) return bury(message, settlement, reasonOf(error));
  return again(message, BACKOFF_SECONDS[Math.min(message.info.deliveryCount, BACKOFF_SECONDS.length) - 1] ?? 30);
}

async function bury(message: JsMsg, settlement: Settlement, reason: string): Promise<Outcome> {
  try {
    await settlement.deadLetters.keep(message, settlement.consumer.durable, reason);
  } catch (error) {
    settlement.log.warn(`dead letter could not be kept, the message comes again: ${reasonOf(error)}`);
    return again(message, 5);
  }
  settlement.log.warn(`${message.subject} (${settlement.consumer.durable}) is a dead letter: ${reason}`);
  // Without a reason: server 2.9 ignores a term that carries one and delivers the message again.
  message.term();
  return 'dead-letter';
}

function again(message: JsMsg, delaySeconds: number): Outcome {
  message.nak(delaySeconds * 1000);
  return 'retry';
}

function keepAlive(message: JsMsg, ackWaitSeconds: number): () => void {
  const timer = setInterval(() => message.working(), (ackWaitSeconds * 1000) / 3);
  return () => clearInterval(timer);
}

const HOPELESS_DELIVERIES = 1_000;
const HOPELESS_AGE_MILLISECONDS = 86_400_000;

function isHopeless(message: JsMsg): boolean {
  const { deliveryCount, timestampNanos } = message.info;
  return deliveryCount > HOPELESS_DELIVERIES && Date.now() - timestampNanos / 1e6 > HOPELESS_AGE_MILLISECONDS;
}

const maxDeliveries = (settlement: Settlement): number => settlement.consumer.maxDeliveries ?? DEFAULT_MAX_DELIVERIES;

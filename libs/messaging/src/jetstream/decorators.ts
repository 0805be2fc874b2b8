import type { EventDefinition, RpcDefinition, StreamName } from '@app/contracts';
import { applyDecorators, Catch, Controller, UseFilters, type RpcExceptionFilter } from '@nestjs/common';
import { EventPattern, MessagePattern, Transport } from '@nestjs/microservices';
import { throwError, type Observable } from 'rxjs';
import type { z } from 'zod';

export interface ConsumerOptions {
  /** Name of the durable consumer; replicas of an app share it. */
  readonly durable: string;
  /** Unsettled for this long means lost; extended while the handler runs. 30 s. */
  readonly ackWaitSeconds?: number;
  /** Handlers of this consumer that run at the same time in this process. 1 keeps the order. */
  readonly concurrency?: number;
  /** Failures that are nobody's fault apart (see `Retry`), after so many deliveries the message is a dead letter. 5. */
  readonly maxDeliveries?: number;
}

/** Which messages a durable consumer gets: one subject, or a wildcard over several kinds of one stream whose order must be kept. */
export interface EventSource {
  readonly stream: StreamName;
  readonly filter: string;
  /** Kinds that the handler knows; another kind under the filter is acknowledged and left alone. */
  readonly definitions: readonly EventDefinition[];
}

export type HandlerExtras =
  | { readonly kind: 'event'; readonly source: EventSource; readonly consumer: ConsumerOptions }
  | { readonly kind: 'signal'; readonly definition: SignalDefinition }
  | { readonly kind: 'request'; readonly definition: RpcDefinition };

/** Core NATS, at most once: for what is repeated anyway, such as heartbeats. */
export interface SignalDefinition {
  readonly subject: string;
  readonly data: z.ZodType;
}

/** Marks handlers for JetStreamServer, so that an HTTP app's other transports leave them alone. */
export const JETSTREAM_TRANSPORT: unique symbol = Symbol('vision:jetstream');

const extras = (value: HandlerExtras): { vision: HandlerExtras } => ({ vision: value });
// Nest types a custom transport as Transport | symbol.
const transport: Transport | symbol = JETSTREAM_TRANSPORT;

/** The method handles events of this kind: it gets a `TypedEvent` and an `EventContext`. It returns, or throws Retry or Reject; it never acks. */
export const OnEvent = (definition: EventDefinition, consumer: ConsumerOptions): MethodDecorator =>
  OnEvents({ stream: definition.stream, filter: definition.subject, definitions: [definition] }, consumer);

/** The same for several kinds in the order of their stream. */
export const OnEvents = (source: EventSource, consumer: ConsumerOptions): MethodDecorator =>
  EventPattern<string>(`${source.filter}#${consumer.durable}`, transport, extras({ kind: 'event', source, consumer }));

/** The method hears a signal: it gets the parsed data. */
export const OnSignal = (definition: SignalDefinition): MethodDecorator => EventPattern<string>(definition.subject, transport, extras({ kind: 'signal', definition }));

/** The method answers a request: it gets the parsed request and returns the data of the reply, or throws a DomainError. */
export const OnRequest = (definition: RpcDefinition): MethodDecorator => MessagePattern(definition.subject, transport, extras({ kind: 'request', definition }));

/** Hands the error on as it is; Nest's own filter would hide it behind "Internal server error" and the settlement would see nothing. */
@Catch()
export class PassErrorsOn implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}

/** A class of NATS handlers. */
export const NatsConsumer = (): ClassDecorator => applyDecorators(Controller(), UseFilters(PassErrorsOn));

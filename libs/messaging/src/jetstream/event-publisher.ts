import { subjectOfEvent } from '@app/contracts';
import { currentTraceparent } from '@app/observability';
import type { z } from 'zod';
import { encodeEvent, makeEvent, type EventFacts, type TypedEvent } from '../cloud-event-codec.js';
import type { NatsLink } from '../connection/nats-link.js';
import { traceHeaders } from '../trace-headers.js';
import type { SignalDefinition } from './decorators.js';

/** For an app without a database: publishes at once. What must survive is the caller's to keep until its effect was confirmed. */
export class EventPublisher {
  constructor(
    private readonly link: NatsLink,
    private readonly source: string,
  ) {}

  /** Makes an event without sending it, so that it can be sent again under the same id. */
  make<S extends z.ZodType>(facts: Omit<EventFacts<S>, 'source'>): TypedEvent<z.output<S>> {
    return makeEvent({ traceparent: currentTraceparent(), ...facts, source: this.source });
  }

  /** Resolves when the stream has stored the event; throws `unavailable` or the client's error otherwise. The broker drops a repeat of the same id. */
  async send(event: TypedEvent<unknown>): Promise<void> {
    await this.link.jetstream().publish(subjectOfEvent(event), encodeEvent(event), { msgID: event.id, headers: traceHeaders(event.traceparent) });
  }

  /** Core NATS: nobody keeps it. Silently nothing while the broker is away. */
  signal(definition: SignalDefinition, data: unknown): void {
    if (!this.link.isConnected) return;
    this.link.current().publish(definition.subject, new TextEncoder().encode(JSON.stringify(definition.data.parse(data))));
  }
}

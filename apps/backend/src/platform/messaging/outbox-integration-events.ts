import type { EventDefinition } from '@app/contracts';
import { makeEvent, outboxStore, OutboxRelay } from '@app/messaging';
import { currentTraceparent } from '@app/observability';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { RequestContext } from '../context/request-context.js';
import { TransactionContext } from '../database/transaction-context.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { IntegrationEvents, type IntegrationEvent } from './integration-events.js';

@Injectable()
export class OutboxIntegrationEvents extends IntegrationEvents {
  constructor(
    private readonly transaction: TransactionContext,
    private readonly unitOfWork: UnitOfWork,
    private readonly relay: OutboxRelay,
  ) {
    super();
  }

  async publish<S extends z.ZodType>(event: IntegrationEvent<S>): Promise<void> {
    await this.publishAll([event]);
  }

  async written<S extends z.ZodType>(definition: EventDefinition<S>, eventId: string): Promise<z.output<S> | null> {
    const event = await outboxStore.find(this.transaction.manager(), eventId);
    return event?.type === definition.subject ? definition.data.parse(event.data) : null;
  }

  async publishAll<S extends z.ZodType>(events: readonly IntegrationEvent<S>[]): Promise<void> {
    if (this.transaction.current() === undefined) throw new Error('An integration event is written in a unit of work, with the change that it tells of');
    const context = RequestContext.current();
    const made = events.map((event) => ({
      stream: event.definition.stream,
      event: makeEvent({ ...event, source: 'urn:vision:backend', correlationId: context?.correlationId, causationId: context?.causationId, traceparent: currentTraceparent() }),
    }));
    await outboxStore.appendAll(this.transaction.manager(), made);
    this.unitOfWork.afterCommit(() => this.relay.wake());
  }
}

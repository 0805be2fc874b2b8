import type { EventDefinition } from '@app/contracts';
import type { z } from 'zod';

export interface IntegrationEvent<S extends z.ZodType> {
  readonly definition: EventDefinition<S>;
  /** Id of the aggregate. */
  readonly subject: string;
  readonly data: z.input<S>;
  readonly aggregateVersion?: number;
  /** Of a kind that has lanes. */
  readonly lane?: string;
}

/** Writes the outbox row of an event in the unit of work in progress (an error without one); correlation and causation come from the context. */
export abstract class IntegrationEvents {
  abstract publish<S extends z.ZodType>(event: IntegrationEvent<S>): Promise<void>;
  /** The event of this id as this backend wrote it; null where it did not: somebody else made the message, or it is older than what is kept. */
  abstract written<S extends z.ZodType>(definition: EventDefinition<S>, eventId: string): Promise<z.output<S> | null>;
  /** Many in one statement, in this order. */
  abstract publishAll<S extends z.ZodType>(events: readonly IntegrationEvent<S>[]): Promise<void>;
}

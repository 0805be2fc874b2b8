import type { EventDefinition } from '@app/contracts';
import type { z } from 'zod';

export interface IntegrationEvent<S extends z.ZodType> {
  readonly definition: EventDefinition<S>;
  /** Id of the aggregate. */
  readonly subject: string;
  readonly data: z.input<S>;
  readonly aggregateVersion?: number;
}

/** Writes the outbox row of an event in the unit of work in progress (an error without one); correlation and causation come from the context. */
export abstract class IntegrationEvents {
  abstract publish<S extends z.ZodType>(event: IntegrationEvent<S>): Promise<void>;
  /** Many in one statement, in this order. */
  abstract publishAll<S extends z.ZodType>(events: readonly IntegrationEvent<S>[]): Promise<void>;
}

import type { EventDefinition } from '@app/contracts';

/** An event that is made once and may be sent several times under the same id. */
export interface PreparedReport {
  readonly id: string;
  readonly type: string;
  readonly data: unknown;
}

export interface ReportFacts {
  readonly definition: EventDefinition;
  readonly jobId: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly correlationId?: string;
  readonly causationId?: string;
}

export abstract class ReportPublisher {
  abstract prepare(facts: ReportFacts): PreparedReport;
  /** Resolves when the stream has stored the report; rejects while the broker is away. */
  abstract send(report: PreparedReport): Promise<void>;
  /** Calls `listener` when the broker is there again: it may have lost what it had stored. Answers how to stop that. */
  abstract onReconnect(listener: () => void): () => void;
}

import type { EventPublisher, NatsLink, TypedEvent } from '@app/messaging';
import { ReportPublisher, type PreparedReport, type ReportFacts } from './report-publisher.port.js';

/** Reports as JetStream events; the broker drops a repeat of the same id. */
export class NatsReportPublisher extends ReportPublisher {
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly publisher: EventPublisher,
    link: Pick<NatsLink, 'onConnect'>,
  ) {
    super();
    link.onConnect(() => {
      for (const listener of [...this.listeners]) listener();
    });
  }

  prepare(facts: ReportFacts): PreparedReport {
    return this.publisher.make({
      definition: facts.definition,
      subject: facts.jobId,
      data: facts.data,
      ...(facts.correlationId === undefined ? {} : { correlationId: facts.correlationId }),
      ...(facts.causationId === undefined ? {} : { causationId: facts.causationId }),
    });
  }

  async send(report: PreparedReport): Promise<void> {
    // `prepare` is the only maker of reports, and it makes events.
    await this.publisher.send(report as TypedEvent<unknown>);
  }

  onReconnect(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }
}

import type { EventPublisher, TypedEvent } from '@app/messaging';
import { ReportPublisher, type PreparedReport, type ReportFacts } from './report-publisher.port.js';

/** Reports as JetStream events; the broker drops a repeat of the same id. */
export class NatsReportPublisher extends ReportPublisher {
  constructor(private readonly publisher: EventPublisher) {
    super();
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
}

import { Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { Principal } from '../../../platform/auth/principal.js';
import { isTerminal } from '../domain/job-state.js';
import type { JobView } from './ports/job-read-model.port.js';
import { JobEventSignal } from './ports/job-event-signal.port.js';
import { GetJobQuery } from './queries/get-job/get-job.query.js';
import { ReadJobEventsQuery } from './queries/read-job-events/read-job-events.query.js';

export interface FeedEvent {
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
  /** The job at the time of telling: what a `job` event is about. */
  readonly job: JobView;
}

/** Another replica's events are seen after so long at the latest. */
const LOOK_AGAIN_MILLISECONDS = 1_000;

/**
 * The events of a job, from `from` on (null: from now). The permission is asked for at each look; one that was revoked ends the feed. Yields
 * null when there is nothing yet. Ends when the job has ended and everything was told.
 */
@Injectable()
export class JobEventFeed {
  constructor(
    private readonly queries: QueryBus,
    private readonly signal: JobEventSignal,
  ) {}

  async *follow(principal: Principal, jobId: string, options: { readonly from: string | null; readonly signal: AbortSignal }): AsyncIterable<FeedEvent | null> {
    const now = await this.queries.execute(new GetJobQuery(principal, jobId));
    let position = options.from ?? now.lastEventId;
    yield null;
    while (!options.signal.aborted) {
      const { job } = await this.queries.execute(new GetJobQuery(principal, jobId));
      const events = await this.queries.execute(new ReadJobEventsQuery(principal, jobId, position));
      for (const event of events) {
        position = event.id;
        yield { id: event.id, event: event.kind, data: event.data, job };
      }
      if (events.length > 0) continue;
      if (isTerminal(job.state)) return;
      await this.signal.wait(jobId, LOOK_AGAIN_MILLISECONDS, options.signal);
    }
  }
}

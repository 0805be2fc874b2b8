import { Query } from '@nestjs/cqrs';

export interface AttemptStatus {
  /** Whether the worker should stop, and why. */
  readonly stop: 'cancelled' | 'stale-attempt' | null;
  /** Reports 1..seenSequence took effect. */
  readonly seenSequence: number;
}

/** What a worker asks about its own attempt. */
export class AttemptStatusQuery extends Query<AttemptStatus> {
  constructor(
    readonly jobId: string,
    readonly attempt: number,
    readonly fencingToken: string,
  ) {
    super();
  }
}

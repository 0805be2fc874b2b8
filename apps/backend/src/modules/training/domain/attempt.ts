/** One run of a job by one worker. */
export interface Attempt {
  readonly number: number;
  readonly workerId: string;
  /** Chosen by the worker, the same when it asks again. */
  readonly claimId: string;
  /** Known to the holder only; a report with another one changes nothing. */
  readonly fencingToken: string;
  /** Reports 1..seenSequence took effect. */
  readonly seenSequence: number;
}

/** Wakes the streams of a job in this process; other replicas look by themselves after a second. May be lost. */
export abstract class JobEventSignal {
  abstract notify(jobId: string): void;
  /** Resolves at the next `notify` of the job, after `milliseconds`, or when the signal aborts. */
  abstract wait(jobId: string, milliseconds: number, signal: AbortSignal): Promise<void>;
}

import type { RunningJob, WaitingJob } from '../../domain/training-queue.js';

/** A job that lies with the workers for long and was not claimed. */
export interface StaleDispatch {
  readonly jobId: string;
  readonly pool: string;
  readonly model: string | null;
}

/** The jobs as the queue sees them, by the database's clock. */
export abstract class QueueReader {
  /** One backend chooses at a time; the others wait here for the end of its transaction. */
  abstract lock(): Promise<void>;
  /** Queued and not handed out: the first ones of each user, oldest first. */
  abstract waiting(): Promise<readonly WaitingJob[]>;
  /** Held by workers, or handed out. */
  abstract running(): Promise<readonly RunningJob[]>;
  /** When a job was last handed out for each user, within a day. */
  abstract lastTurns(): Promise<readonly { readonly userId: string; readonly at: Date }[]>;
  abstract staleDispatches(seconds: number): Promise<readonly StaleDispatch[]>;
  /** Whether there is anything to choose from, or to look after. */
  abstract hasQueued(): Promise<boolean>;
}

import { DomainError } from '@app/kernel';
import type { AttemptRef, BackendClient } from '../backend-client/backend-client.port.js';
import { reasonOf, type TrainingLog } from '../training-log.js';
import { AttemptStopped } from './attempt-errors.js';

export interface AttemptWatchOptions {
  /** 10 s: a lease of 60 s survives five lost beats. */
  readonly heartbeatMilliseconds: number;
  /** 3 s: with up to 2 s for the engine to end, a cancel takes effect within 5 s. */
  readonly pollMilliseconds: number;
}

/** Tells the backend that the attempt is alive, and aborts it when it is cancelled or belongs to somebody else. */
export class AttemptWatch {
  private readonly timers: NodeJS.Timeout[] = [];
  private isAsking = false;

  constructor(
    private readonly attempt: AttemptRef,
    private readonly backend: Pick<BackendClient, 'heartbeat' | 'stopReason'>,
    private readonly abort: (reason: AttemptStopped) => void,
    private readonly options: AttemptWatchOptions,
    private readonly log: TrainingLog,
  ) {}

  start(): void {
    this.backend.heartbeat(this.attempt);
    this.timers.push(
      setInterval(() => this.backend.heartbeat(this.attempt), this.options.heartbeatMilliseconds),
      setInterval(() => void this.ask(), this.options.pollMilliseconds),
    );
  }

  stop(): void {
    for (const timer of this.timers.splice(0)) clearInterval(timer);
  }

  /** Asks now. No answer is no reason to stop: the training goes on without the backend. */
  async ask(): Promise<void> {
    if (this.isAsking) return;
    this.isAsking = true;
    try {
      const reason = await this.backend.stopReason(this.attempt);
      if (reason !== null) this.abort(new AttemptStopped(reason));
    } catch (error) {
      if (error instanceof DomainError && (error.code === 'stale-attempt' || error.code === 'not-found')) this.abort(new AttemptStopped('stale-attempt'));
      else this.log.debug(`job ${this.attempt.job_id}: whether it is still wanted is not known: ${reasonOf(error)}`);
    } finally {
      this.isAsking = false;
    }
  }
}

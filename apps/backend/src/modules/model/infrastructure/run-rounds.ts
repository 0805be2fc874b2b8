import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Rounds } from '../../../platform/rounds.js';
import { RunWorker } from '../application/run-worker.js';

const EVERY_MILLISECONDS = 1_000;

/** Looks for runs that wait for something to be done here; any replica may do it. */
@Injectable()
export class RunRounds implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopped = new AbortController();
  private readonly rounds: Rounds;

  constructor(worker: RunWorker) {
    this.rounds = new Rounds({ firstAfter: EVERY_MILLISECONDS, every: EVERY_MILLISECONDS, work: () => worker.work(this.stopped.signal) });
  }

  onApplicationBootstrap(): void {
    this.rounds.start();
  }

  /** What is in hand is taken again at the next start, or by another replica. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopped.abort();
    await this.rounds.stop();
  }
}

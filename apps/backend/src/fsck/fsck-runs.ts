import { DomainError } from '@app/kernel';
import { ObjectStore } from '@app/object-store';
import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { BackendConfig } from '../config/backend-config.js';
import type { Difference } from './difference.js';
import { fsck } from './fsck.js';
import { noteDamage } from './note-damage.js';

/** What is younger may be on its way. */
const GRACE_MINUTES = 60;
/** An answer of more is no use to anybody. */
const MOST_SHOWN = 1_000;

export interface FsckWish {
  readonly deep: boolean;
  readonly datasetId?: string;
}

/** The last look of this replica at everything. */
export interface FsckRun {
  readonly state: 'none' | 'running' | 'done' | 'failed';
  readonly wish: FsckWish | null;
  /** The first ones, as they were found. */
  readonly differences: readonly Difference[];
  readonly count: number;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

/** Looks for differences in the background, one look at a time. It changes nothing, but notes damaged zips that a deep look found. */
@Injectable()
export class FsckRuns implements BeforeApplicationShutdown {
  private readonly logger = new Logger(FsckRuns.name);
  private run: FsckRun = { state: 'none', wish: null, differences: [], count: 0, startedAt: null, finishedAt: null };
  private running: Promise<void> = Promise.resolve();
  private isEnding = false;

  constructor(
    private readonly config: BackendConfig,
    private readonly store: ObjectStore,
  ) {}

  get last(): FsckRun {
    return this.run;
  }

  /** Throws `state-conflict` while one runs. */
  start(wish: FsckWish): FsckRun {
    if (this.run.state === 'running') throw new DomainError('state-conflict', 'This replica looks already.');
    this.run = { state: 'running', wish, differences: [], count: 0, startedAt: new Date(), finishedAt: null };
    this.running = this.look(wish).then(
      () => this.end('done'),
      (error: unknown) => {
        this.logger.warn(`fsck could not look: ${error instanceof Error ? error.message : String(error)}`);
        this.end('failed');
      },
    );
    return this.run;
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isEnding = true;
    await this.running;
  }

  private async look(wish: FsckWish): Promise<void> {
    const { url } = this.config.database;
    for await (const one of fsck({ ...wish, databaseUrl: url, store: this.store, graceMinutes: GRACE_MINUTES })) {
      if (this.isEnding) return;
      const { differences, count } = this.run;
      this.run = { ...this.run, count: count + 1, differences: count < MOST_SHOWN ? [...differences, one] : differences };
      if (wish.deep) await noteDamage(url, [one]);
    }
  }

  private end(state: 'done' | 'failed'): void {
    this.run = { ...this.run, state, finishedAt: new Date() };
    if (this.run.count > 0) this.logger.warn(`fsck found ${this.run.count} difference(s): GET /api/v1/maintenance/fsck`);
  }
}

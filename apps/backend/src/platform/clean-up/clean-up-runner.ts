import { Clock, DomainError, newId } from '@app/kernel';
import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { BackendConfig } from '../../config/backend-config.js';
import { Rounds } from '../rounds.js';
import { CleanUpBoard, LEASE_SECONDS, type CleanUpOutcome, type CleanUpState } from './clean-up-board.js';
import type { CleanUpAmount, CleanUpJob } from './clean-up-job.js';
import { CleanUps } from './clean-ups.js';
import { RetentionHolds } from './retention-holds.js';

const FIRST_LOOK_MILLISECONDS = 2_000;
/** A failed or held run is tried again soon, however seldom its job runs. */
const AGAIN_SECONDS = 300;
const NOTHING: CleanUpAmount = { count: 0, bytes: 0 };

/** Runs what is due, each job in one replica at a time. */
@Injectable()
export class CleanUpRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(CleanUpRunner.name);
  private readonly rounds: Rounds;
  private readonly running = new Set<Promise<unknown>>();
  private isStopping = false;

  constructor(
    private readonly jobs: CleanUps,
    private readonly board: CleanUpBoard,
    private readonly holds: RetentionHolds,
    private readonly clock: Clock,
    config: BackendConfig,
  ) {
    this.rounds = new Rounds({ firstAfter: FIRST_LOOK_MILLISECONDS, every: config.cleanUpLookSeconds * 1000, work: () => this.look() });
  }

  onApplicationBootstrap(): void {
    this.rounds.start();
  }

  /** Runs end between two steps; other replicas, or the next start, go on. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    await this.rounds.stop();
    await Promise.allSettled(this.running);
  }

  /** Everything that is due now. Does not throw. */
  async runDue(): Promise<void> {
    await Promise.all(this.jobs.all().map((job) => this.runQuietly(job)));
  }

  /** At once, in the background. Throws `state-conflict` where a replica runs it, or objects are held. */
  async begin(job: CleanUpJob): Promise<void> {
    const hold = job.removesObjects ? await this.holds.live() : null;
    if (hold !== null) throw new DomainError('state-conflict', `Objects are held (${hold.kind}) until ${hold.until.toISOString()}.`);
    await this.board.announce(job.name, this.clock.now());
    const lease = newId();
    if (!(await this.board.claim(job.name, { lease, now: this.clock.now(), isAsked: true }))) throw new DomainError('state-conflict', 'It runs already.');
    void this.kept(this.leased(job, lease));
  }

  /** Where it is due. */
  async run(job: CleanUpJob): Promise<void> {
    const now = this.clock.now();
    await this.board.announce(job.name, later(now, job.firstAfterSeconds));
    const lease = newId();
    if (await this.board.claim(job.name, { lease, now, isAsked: false })) await this.kept(this.leased(job, lease));
  }

  /** One question for all of them; a long run holds up its own job only. */
  private async look(): Promise<void> {
    try {
      const states = new Map((await this.board.states()).map((state) => [state.name, state]));
      const now = this.clock.now();
      for (const job of this.jobs.all()) if (isDue(states.get(job.name), now)) void this.kept(this.runQuietly(job));
    } catch (error) {
      this.logger.warn(`clean-ups wait: ${reasonOf(error)}`);
    }
  }

  private async runQuietly(job: CleanUpJob): Promise<void> {
    try {
      if (!this.isStopping) await this.run(job);
    } catch (error) {
      // The database is away: the lease ends by itself.
      this.logger.warn(`${job.name}: not now: ${reasonOf(error)}`);
    }
  }

  private async leased(job: CleanUpJob, lease: string): Promise<void> {
    let isLost = false;
    const renew = async (): Promise<void> => {
      isLost ||= !(await this.board.renew(job.name, lease));
    };
    const timer = setInterval(() => void renew().catch(() => (isLost = true)), (LEASE_SECONDS * 1000) / 4);
    const isHeld = async (): Promise<boolean> => job.removesObjects && (await this.holds.live()) !== null;
    try {
      if (await isHeld()) return await this.end(job, lease, { outcome: 'held', amount: NOTHING, failure: null });
      const amount = await job.run({ now: this.clock.now(), mayGoOn: async () => !this.isStopping && !isLost && !(await isHeld()) });
      await this.end(job, lease, { outcome: (await isHeld()) ? 'held' : 'done', amount, failure: null });
      if (amount.count > 0) this.logger.log(`${job.name}: ${amount.count} removed`);
    } catch (error) {
      this.logger.warn(`${job.name}: tried again later: ${reasonOf(error)}`);
      await this.end(job, lease, { outcome: 'failed', amount: NOTHING, failure: error instanceof DomainError ? error.detail : 'It failed because of an error here; the log of the backend says which.' });
    } finally {
      clearInterval(timer);
    }
  }

  private async end(job: CleanUpJob, lease: string, end: { readonly outcome: CleanUpOutcome; readonly amount: CleanUpAmount; readonly failure: string | null }): Promise<void> {
    const now = this.clock.now();
    const seconds = this.isStopping ? 0 : end.outcome === 'done' ? job.everySeconds : Math.min(job.everySeconds, AGAIN_SECONDS);
    await this.board.finish(job.name, lease, { ...end, now, nextAt: later(now, seconds) });
  }

  private async kept(work: Promise<void>): Promise<void> {
    const quiet = work.catch((error: unknown) => this.logger.warn(`a clean-up could not be noted: ${reasonOf(error)}`));
    this.running.add(quiet);
    await quiet;
    this.running.delete(quiet);
  }
}

/** As far as one look tells: the claim decides. */
const isDue = (state: CleanUpState | undefined, now: Date): boolean => state === undefined || (!state.isRunning && (state.nextAt === null || state.nextAt <= now));
const later = (from: Date, seconds: number): Date => new Date(from.getTime() + seconds * 1000);
const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

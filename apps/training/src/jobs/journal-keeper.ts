import type { AttemptRef, BackendClient } from '../backend-client/backend-client.port.js';
import type { TrainingLog } from '../training-log.js';
import type { ReportJournal } from './report-journal.js';

export interface JournalKeeperOptions {
  /** How long the reports of an attempt that is over are kept for a backend that is away. 10 minutes. */
  readonly keepMilliseconds: number;
}

/**
 * Looks after the journals of attempts that are over until their last report took effect, so that the worker can take the next job. Goes
 * on with the heartbeat meanwhile: otherwise a backend that comes back would count the attempt as lost before it reads how it ended.
 */
export class JournalKeeper {
  private readonly kept = new Map<ReportJournal, Promise<void>>();

  constructor(
    private readonly backend: Pick<BackendClient, 'heartbeat'>,
    private readonly log: TrainingLog,
    private readonly options: JournalKeeperOptions,
  ) {}

  get size(): number {
    return this.kept.size;
  }

  /** `beatMilliseconds`: between two proofs of life of the attempt. */
  keep(journal: ReportJournal, attempt: AttemptRef, beatMilliseconds: number): void {
    const work = this.lookAfter(journal, attempt, beatMilliseconds).finally(() => this.kept.delete(journal));
    this.kept.set(journal, work);
  }

  /** The process must go: waits until what is left lies at the broker, then forgets it. */
  async close(budgetMilliseconds: number): Promise<void> {
    const journals = [...this.kept.keys()];
    await Promise.all(journals.map((journal) => journal.whenSent(budgetMilliseconds)));
    await Promise.all(journals.map((journal) => journal.close()));
    await Promise.all(this.kept.values());
  }

  private async lookAfter(journal: ReportJournal, attempt: AttemptRef, beatMilliseconds: number): Promise<void> {
    const beat = setInterval(() => this.backend.heartbeat(attempt), beatMilliseconds);
    try {
      const seen = await journal.whenSeen(this.options.keepMilliseconds);
      if (!seen && journal.outstanding > 0) this.log.warn(`${journal.outstanding} reports of job ${attempt.job_id} are not known to have taken effect`);
    } finally {
      clearInterval(beat);
      await journal.close();
    }
  }
}

import type { ImportKind } from '@app/contracts';
import { DomainError } from '@app/kernel';
import { Logger } from '@nestjs/common';
import type { UnitOfWork } from '../../../platform/database/unit-of-work.js';
import type { ImportJob, ImportQueue } from './ports/import-queue.port.js';

const LOOK_EVERY_MILLISECONDS = 2_000;
/** A cause that passes by itself, such as a store that is away, is waited for so long in all: about half an hour. */
const MOST_ATTEMPTS = 30;
const WAIT_SECONDS = 60;

export interface ImportPollerOptions {
  readonly queue: ImportQueue;
  readonly unitOfWork: UnitOfWork;
  readonly kind: ImportKind;
  /** Does one import to its end, `complete` included. May be repeated after a crash at any point. */
  readonly work: (job: ImportJob, signal: AbortSignal) => Promise<void>;
}

/** Takes imports of one kind from the queue, one after the other, until it is stopped. */
export class ImportPoller {
  private readonly logger = new Logger(ImportPoller.name);
  private readonly stopped = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: ImportPollerOptions) {}

  start(): void {
    this.plan(0);
  }

  /** Aborts the import in progress, which is taken again elsewhere or at the next start. */
  async stop(): Promise<void> {
    this.stopped.abort();
    clearTimeout(this.timer);
    await this.running;
  }

  private plan(milliseconds: number): void {
    if (this.stopped.signal.aborted) return;
    this.timer = setTimeout(() => {
      this.running = this.round();
    }, milliseconds);
    this.timer.unref();
  }

  private async round(): Promise<void> {
    let found = false;
    try {
      const job = await this.options.queue.claim(this.options.kind);
      found = job !== null;
      if (job !== null) await this.settle(job);
    } catch (error) {
      // The database is away: the lease ends by itself.
      this.logger.warn(`${this.options.kind}: ${error instanceof Error ? error.message : String(error)}`);
      found = false;
    }
    this.plan(found ? 0 : LOOK_EVERY_MILLISECONDS);
  }

  private async settle(job: ImportJob): Promise<void> {
    const { queue, work, unitOfWork } = this.options;
    try {
      await work(job, this.stopped.signal);
    } catch (error) {
      if (this.stopped.signal.aborted) return queue.putBack(job, 0);
      const passing = error instanceof DomainError && error.code === 'unavailable';
      if (passing && job.attempts < MOST_ATTEMPTS) return queue.putBack(job, WAIT_SECONDS);
      this.logger.error(`${job.kind} of ${job.datasetId} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      const reason = error instanceof DomainError ? { code: error.code, detail: error.detail } : { code: 'internal', detail: 'The import ended because of an error here.' };
      await unitOfWork.run(() => queue.fail(job, reason));
    }
  }
}

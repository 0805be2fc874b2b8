import { Clock, DomainError } from '@app/kernel';
import { Injectable, Logger } from '@nestjs/common';
import { UnitOfWork } from '../../../platform/database/unit-of-work.js';
import { InferenceJobs, JobReadModel } from '../../training/index.js';
import type { ModelRun } from '../domain/model-run.js';
import { ImageNaming } from './image-naming.js';
import { RunStore, type ClaimedRun } from './ports/run-store.port.js';
import { ProposalIntake } from './proposal-intake.js';
import { RUN_LEASE_SECONDS } from './run-lease.js';
import { RunSettlement } from './run-settlement.js';

const MOST_ATTEMPTS = 20;
const WAIT_SECONDS = 15;
const ENDED: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled']);

/** Does what runs wait for here: names their images, takes in what was said, accepts it, takes it back. One after the other. */
@Injectable()
export class RunWorker {
  private readonly logger = new Logger(RunWorker.name);

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly runs: RunStore,
    private readonly jobs: JobReadModel,
    private readonly inference: InferenceJobs,
    private readonly naming: ImageNaming,
    private readonly intake: ProposalIntake,
    private readonly settlement: RunSettlement,
    private readonly clock: Clock,
  ) {}

  /** Until nothing is left to do. Does not throw. */
  async work(signal: AbortSignal): Promise<void> {
    try {
      for (let claimed = await this.runs.claim(RUN_LEASE_SECONDS); claimed !== null && !signal.aborted; claimed = await this.runs.claim(RUN_LEASE_SECONDS)) await this.settle(claimed, signal);
    } catch (error) {
      // The database is away: leases end by themselves.
      this.logger.warn(`runs of models: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private async settle({ run, attempts }: ClaimedRun, signal: AbortSignal): Promise<void> {
    try {
      await this.step(run, signal);
    } catch (error) {
      if (signal.aborted) return this.runs.putBack(run.id, 0);
      const isPassing = error instanceof DomainError && error.code === 'unavailable';
      if (isPassing && attempts < MOST_ATTEMPTS) return this.runs.putBack(run.id, WAIT_SECONDS);
      this.logger.error(`run ${run.id} (${run.stage}) failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      await this.fail(run, error);
    }
  }

  private async step(run: ModelRun, signal: AbortSignal): Promise<void> {
    switch (run.stage) {
      case 'listing':
        return this.listing(run, signal);
      case 'storing':
        return this.intake.take(run, signal);
      case 'accepting':
        return this.settlement.accept(run, signal);
      case 'undoing':
        return this.settlement.undo(run, signal);
      default:
        return;
    }
  }

  private async listing(run: ModelRun, signal: AbortSignal): Promise<void> {
    const job = await this.jobs.find(run.id);
    if (job === null || ENDED.has(job.state)) return this.runs.change(run.id, { stage: 'failed', failure: { code: 'cancelled', detail: 'The job ended before its images were named.' }, finishedAt: this.clock.now() });
    const images = await this.naming.name(run, signal);
    if (images === null) throw new DomainError('validation-failed', run.kind === 'evaluation' ? 'No labeled image of the version is on this side.' : 'No image fits the filter any more.');
    await this.unitOfWork.run(async () => {
      const { count, ...object } = images;
      if (await this.inference.imagesReady(run.id, { ...object, count })) await this.runs.moveOn(run.id, 'listing', { stage: 'working', images: count, progress: 0 });
      else await this.runs.moveOn(run.id, 'listing', { stage: 'failed', failure: { code: 'cancelled', detail: 'The job was cancelled.' }, finishedAt: this.clock.now() });
    });
  }

  /** What a person asked for a finished run is given up, not the run. */
  private async fail(run: ModelRun, error: unknown): Promise<void> {
    const failure = error instanceof DomainError ? { code: error.code, detail: error.detail } : { code: 'internal', detail: 'The work ended because of an error here.' };
    const isAfterwards = run.stage === 'accepting' || run.stage === 'undoing';
    await this.unitOfWork.run(async () => {
      await this.runs.change(run.id, { stage: isAfterwards ? 'done' : 'failed', failure, finishedAt: this.clock.now() });
      if (run.stage === 'listing') await this.inference.fail(run.id, failure);
    });
  }
}

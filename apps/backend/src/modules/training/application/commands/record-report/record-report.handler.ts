import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import { isHeld } from '../../../domain/job-state.js';
import { TrainingJobRepository } from '../../../domain/training-job.repository.port.js';
import { EarlyReports } from '../../ports/early-reports.port.js';
import { ReportEffects } from '../../report-effects.js';
import { RecordReportCommand, type ReportOutcome, type WorkerReport } from './record-report.command.js';

/** Reports of one attempt that are kept before their turn; what is further ahead must come again. */
export const MAX_EARLY_REPORTS = 1000;

/**
 * Reports of an attempt take effect strictly in their order and once: `sequence` is the next one, or a repeat, or it is kept until those
 * before it have come (a broker that lost its disk delivers late what the worker sends again). None waits in the queue: there it would
 * stand in the way of the very reports that it waits for.
 */
@CommandHandler(RecordReportCommand)
export class RecordReportHandler implements ICommandHandler<RecordReportCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: TrainingJobRepository,
    private readonly early: EarlyReports,
    private readonly effects: ReportEffects,
  ) {}

  async execute({ report }: RecordReportCommand): Promise<ReportOutcome> {
    const outcome = await this.unitOfWork.run(() => this.take(report));
    // A repeat too: whoever took the first one may have ended before it came to those that waited.
    if (outcome === 'applied' || outcome === 'duplicate') await this.takeWaiting(report.data);
    return outcome;
  }

  private async take(report: WorkerReport): Promise<ReportOutcome> {
    const { job_id: jobId, attempt, fencing_token: fencingToken, sequence } = report.data;
    const job = await this.jobs.findForUpdate(jobId);
    const holder = job?.state.attempt;
    if (job === null || holder?.number !== attempt || holder.fencingToken !== fencingToken) return 'stale';
    if (sequence <= holder.seenSequence) return 'duplicate';
    if (!job.isCurrent({ attempt, fencingToken })) return 'stale';
    if (sequence > holder.seenSequence + MAX_EARLY_REPORTS) return 'ahead';
    if (sequence > holder.seenSequence + 1) {
      await this.early.keep(report);
      return 'kept';
    }
    await this.effects.apply(job, report);
    job.sawReport(sequence);
    await this.jobs.save(job);
    await this.jobs.heard(jobId, attempt, fencingToken);
    if (!isHeld(job.state.state)) await this.early.forget(jobId);
    return 'applied';
  }

  /** One transaction each, so that one that cannot take effect does not undo the others. */
  private async takeWaiting({ job_id: jobId, attempt }: WorkerReport['data']): Promise<void> {
    for (let isMore = true; isMore; ) {
      isMore = await this.unitOfWork.run(async () => {
        const holder = (await this.jobs.findForUpdate(jobId))?.state.attempt;
        if (holder?.number !== attempt) return false;
        const next = await this.early.take({ jobId, attempt, sequence: holder.seenSequence + 1 });
        return next !== null && (await this.take(next)) === 'applied';
      });
    }
  }
}

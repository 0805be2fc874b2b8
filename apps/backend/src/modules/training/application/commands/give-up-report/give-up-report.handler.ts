import { Clock } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import { TrainingJobRepository } from '../../../domain/training-job.repository.port.js';
import { EarlyReports } from '../../ports/early-reports.port.js';
import { JobRecords } from '../../ports/job-records.port.js';
import { GiveUpReportCommand } from './give-up-report.command.js';

/**
 * Reports take effect in their order, so one that never can would leave its attempt running without a word until the worker forgets it. The job fails
 * at once instead, for good: the same training would come to the same report.
 */
@CommandHandler(GiveUpReportCommand)
export class GiveUpReportHandler implements ICommandHandler<GiveUpReportCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: TrainingJobRepository,
    private readonly early: EarlyReports,
    private readonly records: JobRecords,
    private readonly clock: Clock,
  ) {}

  async execute({ report }: GiveUpReportCommand): Promise<boolean> {
    const { job_id: jobId, attempt, fencing_token: fencingToken, sequence } = report.data;
    return this.unitOfWork.run(async () => {
      const job = await this.jobs.findForUpdate(jobId);
      if (job === null || !job.isCurrent({ attempt, fencingToken })) return false;
      await this.records.appendLog(jobId, [`report ${sequence} (${report.kind}) of attempt ${attempt}, or one that waited for it, could not be recorded`]);
      job.attemptFailed({ code: 'report-failed', detail: 'A report of the worker could not be recorded.', retryable: false }, this.clock.now());
      await this.jobs.save(job);
      await this.early.forget(jobId);
      return true;
    });
  }
}

import { Clock } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import { TrainingJobRepository } from '../../../domain/training-job.repository.port.js';
import { EarlyReports } from '../../ports/early-reports.port.js';
import { TrainingSettings } from '../../training-settings.js';
import { ExpireLeasesCommand } from './expire-leases.command.js';

const BATCH = 20;

@CommandHandler(ExpireLeasesCommand)
export class ExpireLeasesHandler implements ICommandHandler<ExpireLeasesCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: TrainingJobRepository,
    private readonly early: EarlyReports,
    private readonly settings: TrainingSettings,
    private readonly clock: Clock,
  ) {}

  async execute(): Promise<number> {
    const lost = await this.unitOfWork.run(() => this.jobs.findLeaseLost(this.settings.leaseSeconds, BATCH));
    let expired = 0;
    for (const id of lost) expired += await this.unitOfWork.run(() => this.expire(id));
    return expired;
  }

  private async expire(id: string): Promise<number> {
    const job = await this.jobs.findForUpdate(id);
    // Asked again under the lock: the worker may have been heard of meanwhile.
    const stillLost = (await this.jobs.findLeaseLost(this.settings.leaseSeconds, BATCH)).includes(id);
    if (job === null || !stillLost) return 0;
    job.leaseLost(this.clock.now());
    await this.jobs.save(job);
    await this.early.forget(id);
    return 1;
  }
}

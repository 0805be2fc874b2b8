import { expectedLaneOf } from '@app/contracts';
import { Clock, failpoint } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import { choose } from '../../../domain/queue-plan.js';
import { offers, type LivingWorker } from '../../../domain/training-queue.js';
import { TrainingJobRepository } from '../../../domain/training-job.repository.port.js';
import { QueueReader, type StaleDispatch } from '../../ports/queue-reader.port.js';
import { QueueStateReader } from '../../queue-state.js';
import { TrainingSettings } from '../../training-settings.js';
import { DispatchJobsCommand } from './dispatch-jobs.command.js';

/** The choice and the message to the workers commit together: a backend that dies in between has chosen nothing. */
@CommandHandler(DispatchJobsCommand)
export class DispatchJobsHandler implements ICommandHandler<DispatchJobsCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly queue: QueueReader,
    private readonly state: QueueStateReader,
    private readonly jobs: TrainingJobRepository,
    private readonly settings: TrainingSettings,
    private readonly clock: Clock,
  ) {}

  async execute(): Promise<number> {
    if (!(await this.unitOfWork.run(() => this.queue.hasQueued()))) return 0;
    return this.unitOfWork.run(async () => {
      await this.queue.lock();
      await this.takeBackStale();
      const choices = choose(await this.state.read(), expectedLaneOf);
      let handedOut = 0;
      for (const { jobId, lane } of choices) handedOut += await this.handOut(jobId, lane);
      if (handedOut > 0) await failpoint('training-before-dispatch-commit', String(handedOut));
      return handedOut;
    });
  }

  private async handOut(jobId: string, lane: string | null): Promise<number> {
    const job = await this.jobs.findForUpdate(jobId);
    // A cancel may have come first.
    if (job?.state.state !== 'queued' || job.state.dispatch !== null) return 0;
    job.handOut(lane, this.clock.now());
    await this.jobs.save(job);
    return 1;
  }

  /** While nobody is free for it, an unclaimed job just waits for its worker; its message lies in the stream. */
  private async takeBackStale(): Promise<void> {
    const stale = await this.queue.staleDispatches(this.settings.claimSeconds);
    if (stale.length === 0) return;
    const { workers, running } = await this.state.read();
    const holders = new Set(running.map((one) => one.workerId));
    const free = workers.filter((worker) => !worker.isBusy && !holders.has(worker.workerId));
    for (const one of stale.filter((job) => free.some((worker) => canTake(worker, job)))) {
      const job = await this.jobs.findForUpdate(one.jobId);
      if (job === null) continue;
      job.takeBack();
      await this.jobs.save(job);
    }
  }
}

const canTake = (worker: LivingWorker, job: StaleDispatch): boolean => worker.pool === job.pool && offers(worker, job.model);

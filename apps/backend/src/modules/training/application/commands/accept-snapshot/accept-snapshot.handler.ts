import { Clock } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import { EventInbox } from '../../../../../platform/messaging/event-inbox.js';
import { TrainingJobRepository } from '../../../domain/training-job.repository.port.js';
import { AcceptSnapshotCommand } from './accept-snapshot.command.js';

const CONSUMER = 'training-accepts-snapshot';

@CommandHandler(AcceptSnapshotCommand)
export class AcceptSnapshotHandler implements ICommandHandler<AcceptSnapshotCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: TrainingJobRepository,
    private readonly inbox: EventInbox,
    private readonly clock: Clock,
  ) {}

  async execute({ eventId, outcome }: AcceptSnapshotCommand): Promise<void> {
    await this.unitOfWork.run(async () => {
      if (!(await this.inbox.claim(CONSUMER, eventId))) return;
      // In the order of their ids, so that two transactions never lock them crosswise.
      for (const id of [...outcome.data.waiting_job_ids].sort()) {
        const job = await this.jobs.findForUpdate(id);
        if (job === null) continue;
        if (outcome.kind === 'completed') job.snapshotReady({ id: outcome.data.snapshot_id, version: outcome.data.version });
        else job.fail({ code: 'snapshot-failed', detail: outcome.data.detail }, this.clock.now());
        await this.jobs.save(job);
      }
    });
  }
}

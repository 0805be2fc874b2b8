import { isDeepStrictEqual } from 'node:util';
import { snapshotFailedV1, type SnapshotFailedV1 } from '@app/contracts';
import { Clock } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import { IntegrationEvents } from '../../../../../platform/messaging/integration-events.js';
import { EventInbox } from '../../../../../platform/messaging/event-inbox.js';
import type { JobSnapshot, TrainingJob } from '../../../domain/training-job.aggregate.js';
import { TrainingJobRepository } from '../../../domain/training-job.repository.port.js';
import { TrainingSnapshots } from '../../ports/snapshots.port.js';
import { AcceptSnapshotCommand } from './accept-snapshot.command.js';

const CONSUMER = 'training-accepts-snapshot';

@CommandHandler(AcceptSnapshotCommand)
export class AcceptSnapshotHandler implements ICommandHandler<AcceptSnapshotCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: TrainingJobRepository,
    private readonly inbox: EventInbox,
    private readonly events: IntegrationEvents,
    private readonly snapshots: TrainingSnapshots,
    private readonly clock: Clock,
  ) {}

  async execute({ eventId, outcome }: AcceptSnapshotCommand): Promise<void> {
    await this.unitOfWork.run(async () => {
      if (!(await this.inbox.claim(CONSUMER, eventId))) return;
      // What counts of a failure is what this backend wrote when it happened; of a success, what the Snapshot module has (below).
      if (outcome.kind === 'failed' && !isSame(outcome.data, await this.events.written(snapshotFailedV1, eventId))) return;
      // In the order of their ids, so that two transactions never lock them crosswise.
      for (const id of [...outcome.data.waiting_job_ids].sort()) {
        const job = await this.jobs.findForUpdate(id);
        // A job that has its snapshot is left alone: not even its revision moves.
        if (job?.awaitsSnapshot === true) await this.tell(job, outcome);
      }
    });
  }

  private async tell(job: TrainingJob, outcome: AcceptSnapshotCommand['outcome']): Promise<void> {
    if (outcome.kind === 'failed') job.fail({ code: 'snapshot-failed', detail: outcome.data.detail }, this.clock.now());
    else {
      const snapshot = await this.lookUp(job, outcome.data.version);
      // The message is a hint; what counts is what the Snapshot module has.
      if (snapshot?.id !== outcome.data.snapshot_id) return;
      job.snapshotReady(snapshot, this.clock.now());
    }
    await this.jobs.save(job);
  }

  private async lookUp(job: TrainingJob, version: number): Promise<JobSnapshot | null> {
    const { datasetId, requestedVersion } = job.state;
    if (requestedVersion !== null && requestedVersion !== version) return null;
    const found = await this.snapshots.find(datasetId, version);
    return found === null ? null : { id: found.id, version: found.version };
  }
}

const isSame = (message: SnapshotFailedV1, written: SnapshotFailedV1 | null): boolean => written !== null && isDeepStrictEqual(message, written);

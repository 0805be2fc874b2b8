import { Clock, DomainError } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import { EventInbox } from '../../../../../platform/messaging/event-inbox.js';
import type { Snapshot } from '../../../domain/snapshot.aggregate.js';
import { SnapshotRepository } from '../../../domain/snapshot.repository.port.js';
import { SnapshotOutcomes } from '../../ports/snapshot-outcomes.port.js';
import { VersionMaker } from '../../version-maker.js';
import { RequestSnapshotForTrainingCommand, type TrainingRequest } from './request-snapshot-for-training.command.js';

const CONSUMER = 'snapshot-requested-by-training';
const GONE = 'The dataset or the version that the training needs is not there any more.';

/** Nothing changed since a version was made: the job gets that one; else the next. */
@CommandHandler(RequestSnapshotForTrainingCommand)
export class RequestSnapshotForTrainingHandler implements ICommandHandler<RequestSnapshotForTrainingCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly inbox: EventInbox,
    private readonly snapshots: SnapshotRepository,
    private readonly versions: VersionMaker,
    private readonly outcomes: SnapshotOutcomes,
    private readonly clock: Clock,
  ) {}

  async execute({ eventId, request }: RequestSnapshotForTrainingCommand): Promise<void> {
    await this.unitOfWork.run(async () => {
      if (!(await this.inbox.claim(CONSUMER, eventId))) return;
      try {
        const snapshot = await this.version(request);
        if (snapshot === null) return await this.outcomes.tellFailed(request.datasetId, request.jobId, GONE);
        snapshot.awaitedBy(request.jobId, this.clock.now());
        await this.snapshots.save(snapshot);
      } catch (error) {
        if (!(error instanceof DomainError) || error.code !== 'state-conflict') throw error;
        await this.outcomes.tellFailed(request.datasetId, request.jobId, error.detail);
      }
    });
  }

  private async version({ datasetId, requestedBy, version }: TrainingRequest): Promise<Snapshot | null> {
    if (version === undefined) return (await this.versions.current({ datasetId, requestedBy }))?.snapshot ?? null;
    const wanted = await this.snapshots.findByVersionForUpdate(datasetId, version);
    return wanted === null || wanted.state.state === 'failed' || wanted.state.state === 'deleted' ? null : wanted;
  }
}

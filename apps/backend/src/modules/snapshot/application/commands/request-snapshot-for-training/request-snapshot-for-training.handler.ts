import { Clock, newId } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import { EventInbox } from '../../../../../platform/messaging/event-inbox.js';
import { Snapshot } from '../../../domain/snapshot.aggregate.js';
import { SnapshotRepository } from '../../../domain/snapshot.repository.port.js';
import { SnapshotSource, type SourceContent } from '../../ports/snapshot-source.port.js';
import { SnapshotOutcomes } from '../../ports/snapshot-outcomes.port.js';
import { RequestSnapshotForTrainingCommand } from './request-snapshot-for-training.command.js';

type ContentFacts = Pick<SourceContent, 'contentHash' | 'numImages' | 'numLabeled'>;

const CONSUMER = 'snapshot-requested-by-training';

@CommandHandler(RequestSnapshotForTrainingCommand)
export class RequestSnapshotForTrainingHandler implements ICommandHandler<RequestSnapshotForTrainingCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly inbox: EventInbox,
    private readonly snapshots: SnapshotRepository,
    private readonly source: SnapshotSource,
    private readonly outcomes: SnapshotOutcomes,
    private readonly clock: Clock,
  ) {}

  async execute({ eventId, request }: RequestSnapshotForTrainingCommand): Promise<void> {
    const now = request.version === undefined ? await this.contentNow(request.datasetId) : null;
    await this.unitOfWork.run(async () => {
      if (!(await this.inbox.claim(CONSUMER, eventId))) return;
      const snapshot = request.version === undefined ? await this.currentVersion(request, now) : await this.snapshots.findByVersionForUpdate(request.datasetId, request.version);
      if (snapshot === null || snapshot.state.state === 'failed') {
        await this.outcomes.tellFailed(request.datasetId, request.jobId, 'The dataset or the version that the training needs is not there any more.');
        return;
      }
      snapshot.awaitedBy(request.jobId);
      await this.snapshots.save(snapshot);
    });
  }

  /** Before the unit of work: of a large dataset that was edited it takes some seconds. */
  private async contentNow(datasetId: string): Promise<ContentFacts | null> {
    const content = await this.source.content(datasetId);
    await content?.close();
    return content;
  }

  /** Nothing changed since a version was made: that one; else the next. */
  private async currentVersion(request: { datasetId: string; requestedBy: string }, now: ContentFacts | null): Promise<Snapshot | null> {
    if (now === null) return null;
    const { datasetId, requestedBy } = request;
    const { contentHash, numImages, numLabeled } = now;
    // The numbering is locked first: of fifty requests at once one makes the version and the others find it.
    const version = await this.snapshots.nextVersion(datasetId);
    const known = await this.snapshots.findByContent(datasetId, contentHash);
    return known ?? Snapshot.request({ id: newId(), datasetId, version, contentHash, requestedBy, note: null, numImages, numLabeled, now: this.clock.now() });
  }
}

import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { JobAccess } from '../../job-access.js';
import { CheckpointStorage } from '../../ports/checkpoint-storage.port.js';
import { JobReadModel, type JobView } from '../../ports/job-read-model.port.js';
import { ListCheckpointsQuery, type DownloadableCheckpoint } from './list-checkpoints.query.js';

@QueryHandler(ListCheckpointsQuery)
export class ListCheckpointsHandler implements IQueryHandler<ListCheckpointsQuery> {
  constructor(
    private readonly access: JobAccess,
    private readonly readModel: JobReadModel,
    private readonly storage: CheckpointStorage,
  ) {}

  async execute({ principal, jobId }: ListCheckpointsQuery): Promise<readonly DownloadableCheckpoint[]> {
    const job = await this.access.require(principal, jobId, 'read');
    const stored = await this.readModel.checkpoints(jobId);
    const listed: DownloadableCheckpoint[] = stored.map((one) => ({ ...one, ...this.signed(one.key) }));
    return [...listed, ...this.finalModel(job)];
  }

  private finalModel(job: JobView): DownloadableCheckpoint[] {
    if (job.finalModel === null || job.bestEpoch === null) return [];
    const createdAt = job.finishedAt ?? job.createdAt;
    return [{ ...job.finalModel, kind: 'final', epoch: job.bestEpoch, attempt: job.attempt, createdAt, ...this.signed(job.finalModel.key) }];
  }

  private signed(key: string): { url: string; expiresAt: Date } {
    return this.storage.presignGet(key, key.slice(key.lastIndexOf('/') + 1));
  }
}

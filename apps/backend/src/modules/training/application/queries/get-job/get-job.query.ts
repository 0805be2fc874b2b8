import type { EpochMetrics } from '@app/contracts';
import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { CheckpointView, JobView } from '../../ports/job-read-model.port.js';

export interface JobDetails {
  readonly job: JobView;
  readonly metrics: readonly EpochMetrics[];
  readonly checkpoints: readonly CheckpointView[];
  /** Where a stream of events goes on from this answer. */
  readonly lastEventId: string;
}

export class GetJobQuery extends Query<JobDetails> {
  constructor(
    readonly principal: Principal,
    readonly jobId: string,
  ) {
    super();
  }
}

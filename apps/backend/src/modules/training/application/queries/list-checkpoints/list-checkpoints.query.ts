import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { CheckpointView } from '../../ports/job-read-model.port.js';

export interface DownloadableCheckpoint extends Omit<CheckpointView, 'kind'> {
  readonly kind: CheckpointView['kind'] | 'final';
  /** Presigned, one hour at most. */
  readonly url: string;
  readonly expiresAt: Date;
}

export class ListCheckpointsQuery extends Query<readonly DownloadableCheckpoint[]> {
  constructor(
    readonly principal: Principal,
    readonly jobId: string,
  ) {
    super();
  }
}

import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { KnownWorker } from '../../ports/worker-registry.port.js';

export interface WorkerView extends Omit<KnownWorker, 'jobId'> {
  readonly isBusy: boolean;
  /** Null also where the principal may not see the dataset of the job. */
  readonly jobId: string | null;
}

/** The workers that are there, for administrators and whoever may train on some dataset. */
export class ListWorkersQuery extends Query<readonly WorkerView[]> {
  constructor(readonly principal: Principal) {
    super();
  }
}

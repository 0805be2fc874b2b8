import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { JobKind } from '../../../domain/inference-order.js';
import type { JobState } from '../../../domain/job-state.js';
import type { JobView } from '../../ports/job-read-model.port.js';

export interface JobListInput {
  readonly datasetId?: string;
  readonly state?: JobState;
  readonly kind?: JobKind | 'all';
  readonly limit: number;
  readonly after?: { readonly createdAt: Date; readonly id: string };
}

/** Newest first. */
export class ListJobsQuery extends Query<readonly JobView[]> {
  constructor(
    readonly principal: Principal,
    readonly input: JobListInput,
  ) {
    super();
  }
}

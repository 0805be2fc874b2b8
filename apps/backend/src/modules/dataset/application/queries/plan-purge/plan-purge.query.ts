import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { TrashedDataset } from '../../ports/trash.port.js';

export interface PlannedPurge extends TrashedDataset {
  /** When it may go; the next round after that takes it. */
  readonly purgeAt: Date;
  readonly isDue: boolean;
}

/** What the purge of the trash will remove and when. Removes nothing. */
export class PlanPurgeQuery extends Query<readonly PlannedPurge[]> {
  constructor(
    readonly principal: Principal,
    readonly limit: number,
  ) {
    super();
  }
}

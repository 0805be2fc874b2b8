import { Clock } from '@app/kernel';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { AccessPolicy } from '../../../../../platform/auth/access-policy.js';
import { BackendConfig } from '../../../../../config/backend-config.js';
import { Trash } from '../../ports/trash.port.js';
import { PlanPurgeQuery, type PlannedPurge } from './plan-purge.query.js';

const DAY = 86_400_000;

@QueryHandler(PlanPurgeQuery)
export class PlanPurgeHandler implements IQueryHandler<PlanPurgeQuery> {
  constructor(
    private readonly trash: Trash,
    private readonly config: BackendConfig,
    private readonly clock: Clock,
  ) {}

  async execute({ principal, limit }: PlanPurgeQuery): Promise<readonly PlannedPurge[]> {
    AccessPolicy.assertAdministrator(principal);
    const now = this.clock.now();
    const trashed = await this.trash.list({ deletedBefore: null, limit });
    return trashed.map((one) => {
      const purgeAt = new Date(one.deletedAt.getTime() + this.config.retention.trashDays * DAY);
      return { ...one, purgeAt, isDue: purgeAt < now };
    });
  }
}

import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { DatasetMember } from '../../ports/dataset-members.port.js';

/** Those who were given a role, for those who have one. */
export class ListMembersQuery extends Query<readonly DatasetMember[]> {
  constructor(
    readonly principal: Principal,
    readonly datasetId: string,
  ) {
    super();
  }
}

import { Command } from '@nestjs/cqrs';
import type { DatasetRole } from '../../../../../platform/auth/access-policy.js';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { DatasetMember } from '../../ports/dataset-members.port.js';

/** Makes somebody a member, or gives a member another role. */
export class SetMemberCommand extends Command<DatasetMember> {
  constructor(
    readonly principal: Principal,
    readonly datasetId: string,
    readonly who: { readonly email: string } | { readonly userId: string },
    readonly role: DatasetRole,
  ) {
    super();
  }
}

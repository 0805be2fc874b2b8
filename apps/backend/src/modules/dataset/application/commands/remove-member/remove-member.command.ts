import { Command } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';

/** Takes a member's role away: an owner any member's, anybody the own. */
export class RemoveMemberCommand extends Command<void> {
  constructor(
    readonly principal: Principal,
    readonly datasetId: string,
    readonly userId: string,
  ) {
    super();
  }
}

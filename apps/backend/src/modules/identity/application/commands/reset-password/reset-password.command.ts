import { Command } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';

/** The user's sessions and keys die; answers a password that is good until the next login, which must change it. */
export class ResetPasswordCommand extends Command<{ readonly oneTimePassword: string }> {
  constructor(
    readonly principal: Principal,
    readonly userId: string,
  ) {
    super();
  }
}

import { Command } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { LoggedIn } from '../log-in/log-in.command.js';

/** One's own. Every other session ends; a new one is answered. */
export class ChangePasswordCommand extends Command<LoggedIn> {
  constructor(
    readonly principal: Principal,
    readonly currentPassword: string,
    readonly newPassword: string,
    /** Of the client, for the throttle. */
    readonly address: string,
  ) {
    super();
  }
}

import { Command } from '@nestjs/cqrs';
import type { User } from '../../../domain/user.js';
import type { Session } from '../../ports/credentials.port.js';

export interface LoggedIn {
  readonly session: Session;
  readonly user: User;
}

export class LogInCommand extends Command<LoggedIn> {
  constructor(
    readonly email: string,
    readonly password: string,
    /** Of the client, for the throttle. */
    readonly address: string,
  ) {
    super();
  }
}

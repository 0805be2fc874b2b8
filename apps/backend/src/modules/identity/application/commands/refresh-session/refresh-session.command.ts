import { Command } from '@nestjs/cqrs';
import type { LoggedIn } from '../log-in/log-in.command.js';

export class RefreshSessionCommand extends Command<LoggedIn> {
  constructor(readonly refreshToken: string) {
    super();
  }
}

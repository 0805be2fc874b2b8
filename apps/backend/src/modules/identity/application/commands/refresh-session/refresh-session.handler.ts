import { DomainError } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Sessions } from '../../ports/credentials.port.js';
import type { LoggedIn } from '../log-in/log-in.command.js';
import { RefreshSessionCommand } from './refresh-session.command.js';

@CommandHandler(RefreshSessionCommand)
export class RefreshSessionHandler implements ICommandHandler<RefreshSessionCommand> {
  constructor(private readonly sessions: Sessions) {}

  async execute({ refreshToken }: RefreshSessionCommand): Promise<LoggedIn> {
    const rotated = await this.sessions.rotate(refreshToken);
    if (rotated === null) throw new DomainError('unauthenticated', 'The session has ended. Log in again.');
    return rotated;
  }
}

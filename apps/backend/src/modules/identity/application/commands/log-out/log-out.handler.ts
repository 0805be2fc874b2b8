import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Sessions } from '../../ports/credentials.port.js';
import { LogOutCommand } from './log-out.command.js';

@CommandHandler(LogOutCommand)
export class LogOutHandler implements ICommandHandler<LogOutCommand> {
  constructor(private readonly sessions: Sessions) {}

  async execute({ refreshToken }: LogOutCommand): Promise<void> {
    await this.sessions.close(refreshToken);
  }
}

import { DomainError } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { LoginThrottle, PasswordHasher, Sessions } from '../../ports/credentials.port.js';
import { Users } from '../../ports/users.port.js';
import { LogInCommand, type LoggedIn } from './log-in.command.js';

@CommandHandler(LogInCommand)
export class LogInHandler implements ICommandHandler<LogInCommand> {
  constructor(
    private readonly users: Users,
    private readonly hasher: PasswordHasher,
    private readonly sessions: Sessions,
    private readonly throttle: LoginThrottle,
  ) {}

  async execute({ email, password, address }: LogInCommand): Promise<LoggedIn> {
    const attempt = await this.throttle.begin(email, address);
    const user = await this.users.findByEmail(email);
    // An unknown user costs the same time and gets the same answer: no oracle.
    const right = user === null ? await this.hasher.wasteTime(password).then(() => false) : await this.hasher.verify(user.passwordHash, password);
    if (user === null || !right || user.disabledAt !== null) throw new DomainError('unauthenticated', 'The e-mail address or the password is wrong.');
    await attempt.succeeded();
    return { session: await this.sessions.open(user), user };
  }
}

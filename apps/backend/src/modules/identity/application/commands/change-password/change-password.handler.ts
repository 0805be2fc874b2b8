import { DomainError } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import { assertGoodPassword } from '../../../domain/password-rules.js';
import { LoginThrottle, PasswordHasher, Sessions } from '../../ports/credentials.port.js';
import { Users } from '../../ports/users.port.js';
import type { LoggedIn } from '../log-in/log-in.command.js';
import { ChangePasswordCommand } from './change-password.command.js';

@CommandHandler(ChangePasswordCommand)
export class ChangePasswordHandler implements ICommandHandler<ChangePasswordCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly users: Users,
    private readonly hasher: PasswordHasher,
    private readonly sessions: Sessions,
    private readonly throttle: LoginThrottle,
  ) {}

  async execute({ principal, currentPassword, newPassword, address }: ChangePasswordCommand): Promise<LoggedIn> {
    if (principal.credential !== 'session') throw new DomainError('forbidden', 'An API key cannot change the password. Log in.');
    assertGoodPassword(newPassword, principal.email);
    // Whoever got hold of a session must not find out the password by it.
    const attempt = await this.throttle.begin(principal.email, address);
    const known = await this.users.passwordHashOf(principal.userId);
    if (known === null || !(await this.hasher.verify(known, currentPassword))) {
      const message = 'The current password is wrong.';
      throw new DomainError('validation-failed', message, { findings: [{ code: 'wrong-password', pointer: '/current_password', message }] });
    }
    await attempt.succeeded();
    const hash = await this.hasher.hash(newPassword);
    return this.unitOfWork.run(async () => {
      await this.users.setPassword(principal.userId, hash, { mustChange: false });
      const user = await this.users.find(principal.userId);
      if (user === null) throw new DomainError('unauthenticated', 'The session has ended. Log in again.');
      return { session: await this.sessions.open(user), user };
    });
  }
}

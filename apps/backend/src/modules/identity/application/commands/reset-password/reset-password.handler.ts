import { DomainError } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AccessPolicy } from '../../../../../platform/auth/access-policy.js';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import { PasswordHasher } from '../../ports/credentials.port.js';
import { Users } from '../../ports/users.port.js';
import { ResetPasswordCommand } from './reset-password.command.js';

@CommandHandler(ResetPasswordCommand)
export class ResetPasswordHandler implements ICommandHandler<ResetPasswordCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly users: Users,
    private readonly hasher: PasswordHasher,
  ) {}

  async execute({ principal, userId }: ResetPasswordCommand): Promise<{ oneTimePassword: string }> {
    AccessPolicy.assertAdministrator(principal);
    const oneTimePassword = this.hasher.oneTimePassword();
    const hash = await this.hasher.hash(oneTimePassword);
    await this.unitOfWork.run(async () => {
      if ((await this.users.find(userId)) === null) throw new DomainError('not-found', 'There is no such resource, or you may not see it.');
      await this.users.setPassword(userId, hash, { mustChange: true });
      await this.users.audit({ actorId: principal.userId, action: 'user.reset-password', subjectId: userId });
    });
    return { oneTimePassword };
  }
}

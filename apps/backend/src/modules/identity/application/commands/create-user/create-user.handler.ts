import { Clock, DomainError, newId } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AccessPolicy } from '../../../../../platform/auth/access-policy.js';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import type { User } from '../../../domain/user.js';
import { PasswordHasher } from '../../ports/credentials.port.js';
import { Users } from '../../ports/users.port.js';
import { CreateUserCommand } from './create-user.command.js';

@CommandHandler(CreateUserCommand)
export class CreateUserHandler implements ICommandHandler<CreateUserCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly users: Users,
    private readonly hasher: PasswordHasher,
    private readonly clock: Clock,
  ) {}

  async execute({ principal, input }: CreateUserCommand): Promise<{ user: User; oneTimePassword: string }> {
    AccessPolicy.assertAdministrator(principal);
    const oneTimePassword = this.hasher.oneTimePassword();
    const passwordHash = await this.hasher.hash(oneTimePassword);
    const id = newId();
    const user = await this.unitOfWork.run(async () => {
      await this.users.insert({ id, ...input, passwordHash, mustChangePassword: true, createdAt: this.clock.now() });
      await this.users.audit({ actorId: principal.userId, action: 'user.create', subjectId: id, details: { is_admin: input.isAdmin } });
      return this.users.find(id);
    });
    if (user === null) throw new DomainError('not-found', 'There is no such user.');
    return { user, oneTimePassword };
  }
}

import { Clock, DomainError } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AccessPolicy } from '../../../../../platform/auth/access-policy.js';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import type { User } from '../../../domain/user.js';
import { Users } from '../../ports/users.port.js';
import { UpdateUserCommand, type UserChange } from './update-user.command.js';

@CommandHandler(UpdateUserCommand)
export class UpdateUserHandler implements ICommandHandler<UpdateUserCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly users: Users,
    private readonly clock: Clock,
  ) {}

  async execute({ principal, userId, change }: UpdateUserCommand): Promise<User> {
    AccessPolicy.assertAdministrator(principal);
    return this.unitOfWork.run(async () => {
      const user = await this.users.find(userId);
      if (user === null) throw notFound();
      await this.assertAdministratorRemains(user, change);
      await this.users.update(userId, change);
      if (change.disabled !== undefined) await this.users.setDisabled(userId, change.disabled ? this.clock.now() : null);
      await this.users.audit({ actorId: principal.userId, action: 'user.update', subjectId: userId, details: change });
      return (await this.users.find(userId)) ?? Promise.reject(notFound());
    });
  }

  /** Without an administrator nobody could make one. */
  private async assertAdministratorRemains(user: User, change: UserChange): Promise<void> {
    const steps = user.isAdmin && user.disabledAt === null && (change.isAdmin === false || change.disabled === true);
    if (steps && (await this.users.countEnabledAdministrators()) <= 1) {
      throw new DomainError('state-conflict', 'This is the last administrator. Make another one first.');
    }
  }
}

const notFound = (): DomainError => new DomainError('not-found', 'There is no such resource, or you may not see it.');

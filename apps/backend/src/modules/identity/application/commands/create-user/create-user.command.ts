import { Command } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { User } from '../../../domain/user.js';

export class CreateUserCommand extends Command<{ readonly user: User; readonly oneTimePassword: string }> {
  constructor(
    readonly principal: Principal,
    readonly input: { readonly email: string; readonly displayName: string; readonly isAdmin: boolean },
  ) {
    super();
  }
}

import { Command } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { User } from '../../../domain/user.js';

export interface UserChange {
  readonly displayName?: string;
  readonly isAdmin?: boolean;
  readonly disabled?: boolean;
}

export class UpdateUserCommand extends Command<User> {
  constructor(
    readonly principal: Principal,
    readonly userId: string,
    readonly change: UserChange,
  ) {
    super();
  }
}

import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { User } from '../../../domain/user.js';

export class ListUsersQuery extends Query<readonly User[]> {
  constructor(
    readonly principal: Principal,
    readonly page: { readonly limit: number; readonly after?: { readonly key: string; readonly id: string } },
  ) {
    super();
  }
}

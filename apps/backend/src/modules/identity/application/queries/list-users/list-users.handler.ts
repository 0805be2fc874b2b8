import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { AccessPolicy } from '../../../../../platform/auth/access-policy.js';
import type { User } from '../../../domain/user.js';
import { Users } from '../../ports/users.port.js';
import { ListUsersQuery } from './list-users.query.js';

@QueryHandler(ListUsersQuery)
export class ListUsersHandler implements IQueryHandler<ListUsersQuery> {
  constructor(private readonly users: Users) {}

  async execute({ principal, page }: ListUsersQuery): Promise<readonly User[]> {
    AccessPolicy.assertAdministrator(principal);
    return this.users.list(page);
  }
}

import { DomainError } from '@app/kernel';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { User } from '../../../domain/user.js';
import { Users } from '../../ports/users.port.js';
import { GetMeQuery } from './get-me.query.js';

@QueryHandler(GetMeQuery)
export class GetMeHandler implements IQueryHandler<GetMeQuery> {
  constructor(private readonly users: Users) {}

  async execute({ principal }: GetMeQuery): Promise<User> {
    const user = await this.users.find(principal.userId);
    if (user === null) throw new DomainError('unauthenticated', 'A valid credential is needed.');
    return user;
  }
}

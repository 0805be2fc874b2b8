import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { User } from '../../../domain/user.js';

export class GetMeQuery extends Query<User> {
  constructor(readonly principal: Principal) {
    super();
  }
}

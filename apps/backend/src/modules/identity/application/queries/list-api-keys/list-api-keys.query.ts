import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { ApiKey } from '../../../domain/user.js';

/** One's own. */
export class ListApiKeysQuery extends Query<readonly ApiKey[]> {
  constructor(readonly principal: Principal) {
    super();
  }
}

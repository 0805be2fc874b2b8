import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { JobPublicEvent } from '../../ports/job-read-model.port.js';

/** Events behind `afterId`, oldest first. Asks for the permission each time: one that was revoked ends a stream. */
export class ReadJobEventsQuery extends Query<readonly JobPublicEvent[]> {
  constructor(
    readonly principal: Principal,
    readonly jobId: string,
    readonly afterId: string,
  ) {
    super();
  }
}

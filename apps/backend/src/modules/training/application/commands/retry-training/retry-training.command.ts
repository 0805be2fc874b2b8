import { Command } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { JobView } from '../../ports/job-read-model.port.js';

/** Makes a new job, linked to a failed or cancelled one, that begins at its last checkpoint. */
export class RetryTrainingCommand extends Command<JobView> {
  constructor(
    readonly principal: Principal,
    readonly jobId: string,
  ) {
    super();
  }
}

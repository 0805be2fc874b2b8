import { Command } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { JobView } from '../../ports/job-read-model.port.js';

export class CancelTrainingCommand extends Command<JobView> {
  constructor(
    readonly principal: Principal,
    readonly jobId: string,
  ) {
    super();
  }
}

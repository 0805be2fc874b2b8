import { Command } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { JobPriority } from '../../../domain/job-priority.js';
import type { JobView } from '../../ports/job-read-model.port.js';

/** Gives a job another priority. */
export class PrioritiseJobCommand extends Command<JobView> {
  constructor(
    readonly principal: Principal,
    readonly jobId: string,
    readonly priority: JobPriority,
  ) {
    super();
  }
}

import type { WorkGrant } from '@app/contracts';
import { Command } from '@nestjs/cqrs';

/** A worker asks for a job. */
export class VerifyJobCommand extends Command<WorkGrant> {
  constructor(
    readonly jobId: string,
    readonly workerId: string,
    readonly claimId: string,
  ) {
    super();
  }
}

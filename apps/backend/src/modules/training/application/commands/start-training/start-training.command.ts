import { Command } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { JobPriority } from '../../../domain/job-priority.js';
import type { JobSplitRule } from '../../../domain/training-job.aggregate.js';
import type { JobView } from '../../ports/job-read-model.port.js';

export interface StartTrainingInput {
  readonly datasetId: string;
  readonly model?: string;
  readonly hyperparameters?: Readonly<Record<string, unknown>>;
  readonly snapshotVersion?: number;
  readonly priority?: JobPriority;
  readonly pool?: string;
  /** Left out: the dataset decides. */
  readonly splitRule?: JobSplitRule;
  readonly initFromModel?: string;
}

/** Answers the job as it was accepted. */
export class StartTrainingCommand extends Command<JobView> {
  constructor(
    readonly principal: Principal,
    readonly input: StartTrainingInput,
  ) {
    super();
  }
}

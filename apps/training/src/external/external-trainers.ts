import type { ResolvedSplitMessage, Trainer } from '@app/contracts';
import type { AttemptContext } from '../jobs/attempt-context.js';
import type { FollowedRun } from '../jobs/engine-run.js';

/** A run that is ready to begin. */
export interface PreparedTrainer {
  readonly run: FollowedRun;
  readonly split: ResolvedSplitMessage;
}

/** One way of running trainers. */
export interface TrainerRunner {
  /** Brings the data to where the trainer will be. Ends by the attempt's signal. */
  prepare(context: AttemptContext, trainer: Trainer): Promise<PreparedTrainer>;
}

/** The operator's own trainers that this worker runs. */
export class ExternalTrainers {
  private readonly byId: ReadonlyMap<string, Trainer>;

  constructor(
    trainers: readonly Trainer[],
    private readonly runners: Readonly<Record<Trainer['run']['kind'], TrainerRunner | null>>,
  ) {
    this.byId = new Map(trainers.map((one) => [one.id, one]));
  }

  find(model: string): { readonly trainer: Trainer; readonly runner: TrainerRunner } | null {
    const trainer = this.byId.get(model);
    const runner = trainer === undefined ? null : this.runners[trainer.run.kind];
    return trainer === undefined || runner === null ? null : { trainer, runner };
  }
}

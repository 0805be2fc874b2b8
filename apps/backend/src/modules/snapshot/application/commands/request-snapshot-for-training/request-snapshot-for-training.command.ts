import { Command } from '@nestjs/cqrs';

export interface TrainingRequest {
  readonly jobId: string;
  readonly datasetId: string;
  readonly version?: number;
  readonly requestedBy: string;
}

/** A training was asked for: it gets the version of the dataset's content as it is now, or the version it named. */
export class RequestSnapshotForTrainingCommand extends Command<void> {
  constructor(
    readonly eventId: string,
    readonly request: TrainingRequest,
  ) {
    super();
  }
}

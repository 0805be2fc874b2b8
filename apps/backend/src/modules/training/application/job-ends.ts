import type { TrainingPredictedV1 } from '@app/contracts';
import { Injectable } from '@nestjs/common';
import type { TrainingJobState } from '../domain/training-job.aggregate.js';

/** What other modules do when a job ends well; in the unit of work of the report that ended it, so that neither is there without the other. */
export interface JobEndListener {
  /** A training has its model. */
  trained(job: Readonly<TrainingJobState>): Promise<void>;
  /** A model has said what it sees. */
  predicted(job: Readonly<TrainingJobState>, said: TrainingPredictedV1): Promise<void>;
}

/** Who wants to know. Modules that do say so here; this one does not know them. */
@Injectable()
export class JobEnds {
  private readonly listeners: JobEndListener[] = [];

  register(listener: JobEndListener): void {
    this.listeners.push(listener);
  }

  async trained(job: Readonly<TrainingJobState>): Promise<void> {
    for (const listener of this.listeners) await listener.trained(job);
  }

  async predicted(job: Readonly<TrainingJobState>, said: TrainingPredictedV1): Promise<void> {
    for (const listener of this.listeners) await listener.predicted(job, said);
  }
}

import type { TrainingJob } from './training-job.aggregate.js';

/** All inside the caller's unit of work. */
export abstract class TrainingJobRepository {
  /** Locks the row until the transaction ends: reports, sweeps and users change a job one after the other. */
  abstract findForUpdate(id: string): Promise<TrainingJob | null>;
  abstract find(id: string): Promise<TrainingJob | null>;
  /** Ids of held jobs whose worker was last heard of more than `leaseSeconds` ago, by the database's clock. */
  abstract findLeaseLost(leaseSeconds: number, limit: number): Promise<readonly string[]>;
  /** Saves with a revision check and writes the outbox rows and the job's public events in the same transaction. */
  abstract save(job: TrainingJob): Promise<void>;
  /** Proof of life of an attempt; false when it does not hold the job. */
  abstract heard(jobId: string, attempt: number, fencingToken: string): Promise<boolean>;
  abstract countActiveOf(userId: string): Promise<number>;
}

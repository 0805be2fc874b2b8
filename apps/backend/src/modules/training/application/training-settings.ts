import type { QueueLimits } from '../domain/training-queue.js';

/** What an operator may set of training. */
export class TrainingSettings {
  constructor(
    /** A worker that was not heard of for so long has lost its attempt. */
    readonly leaseSeconds: number,
    readonly limits: QueueLimits,
    /** A job that was handed out and not claimed for so long, though a worker is free, is chosen anew. */
    readonly claimSeconds: number,
  ) {}
}

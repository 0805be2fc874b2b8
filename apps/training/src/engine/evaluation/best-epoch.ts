import type { TrainingProgress } from '../checkpoint/checkpoint-file.js';

/** Which epoch was best so far, and for how long none was better. */
export class BestEpoch {
  private state: TrainingProgress;

  constructor(state: TrainingProgress | null = null) {
    this.state = state ?? { epoch: 0, bestEpoch: 1, bestValue: null, epochsWithoutGain: 0 };
  }

  get progress(): TrainingProgress {
    return this.state;
  }

  trained(epoch: number): void {
    this.state = { ...this.state, epoch };
  }

  /** The value of the epoch just trained; larger is better. Answers whether it is the best so far. */
  measured(value: number): boolean {
    const { epoch, bestValue, epochsWithoutGain } = this.state;
    // Before the first epoch: worth looking at, but no result of the training.
    if (epoch === 0) return false;
    const isBetter = bestValue === null || value > bestValue;
    this.state = isBetter ? { epoch, bestEpoch: epoch, bestValue: value, epochsWithoutGain: 0 } : { ...this.state, epochsWithoutGain: epochsWithoutGain + 1 };
    return isBetter;
  }
}

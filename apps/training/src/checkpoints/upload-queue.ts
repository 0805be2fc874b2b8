import { stat } from 'node:fs/promises';
import type { TrainingLog } from '../training-log.js';

export interface QueuedFile {
  readonly path: string;
  readonly epoch: number;
  /** Uploads the file and tells it. */
  readonly upload: () => Promise<void>;
  /** It will not be uploaded: removes the file where nobody else needs it. */
  readonly giveUp: () => Promise<void>;
}

export interface UploadQueueOptions {
  /** Files that wait, bytes. The engine does not wait for the store, so in a long outage the oldest waiting epochs are given up instead of the disk. */
  readonly maxWaitingBytes: number;
}

/** Uploads beside the training, one at a time and in order; a file is removed when it lies in the store. */
export class UploadQueue {
  private readonly waiting: { file: QueuedFile; sizeBytes: number }[] = [];
  private working: Promise<void> | null = null;
  private failure: { readonly error: unknown } | null = null;

  constructor(
    private readonly options: UploadQueueOptions,
    private readonly log: TrainingLog,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  async add(file: QueuedFile): Promise<void> {
    if (this.failure !== null) return;
    this.waiting.push({ file, sizeBytes: (await stat(file.path)).size });
    await this.dropOldest();
    this.working ??= this.work();
  }

  /** Everything that was added lies in the store; throws what stopped the uploads. */
  async drain(): Promise<void> {
    while (this.working !== null) await this.working;
    if (this.failure !== null) throw this.failure.error;
  }

  private async dropOldest(): Promise<void> {
    // The last epoch stays: the next attempt goes on from it.
    const newest = this.waiting.at(-1)?.file.epoch;
    while (this.waitingBytes() > this.options.maxWaitingBytes) {
      const oldest = this.waiting[0];
      if (oldest === undefined || oldest.file.epoch === newest) return;
      this.waiting.shift();
      this.log.warn(`a checkpoint of epoch ${oldest.file.epoch} is given up: too many wait for the store`);
      await oldest.file.giveUp();
    }
  }

  private waitingBytes(): number {
    return this.waiting.reduce((sum, one) => sum + one.sizeBytes, 0);
  }

  private async work(): Promise<void> {
    try {
      for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) await next.file.upload();
    } catch (error) {
      this.failure = { error };
      this.waiting.length = 0;
      this.onFailure(error);
    } finally {
      this.working = null;
    }
  }
}

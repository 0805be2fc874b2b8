import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../../platform/database/unit-of-work.js';
import { RetentionHolds } from '../../../platform/clean-up/retention-holds.js';
import { isKept, policyOf } from '../domain/checkpoint-policy.js';
import type { TrainingJob } from '../domain/training-job.aggregate.js';
import { CheckpointStorage } from './ports/checkpoint-storage.port.js';
import { JobRecords } from './ports/job-records.port.js';

const CHECKPOINT_KINDS: ReadonlySet<string> = new Set(['state', 'model']);

/** Removes checkpoints that the job's policy does not keep. Pointers go in the transaction, objects after it. */
@Injectable()
export class CheckpointRetention {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly records: JobRecords,
    private readonly storage: CheckpointStorage,
    private readonly holds: RetentionHolds,
  ) {}

  /** After a checkpoint was noted. */
  async prune(job: TrainingJob): Promise<void> {
    const policy = policyOf(job.state.hyperparameters);
    if (policy.keep === 'all') return;
    const marks = { best: await this.records.bestEpoch(job.state.id), lastState: job.state.resumeFrom?.epoch ?? 0 };
    const dropped = (await this.records.checkpoints(job.state.id)).filter((one) => !isKept(policy, one.epoch, marks));
    for (const one of dropped) await this.records.removeCheckpoint(job.state.id, one.key);
    this.removeObjects(dropped.map((one) => one.key));
  }

  /** When the job has ended: also what was handed out and never became a checkpoint, or whose removal failed at the time. */
  async sweep(job: TrainingJob): Promise<void> {
    await this.prune(job);
    const pointers = new Set((await this.records.checkpoints(job.state.id)).map((one) => one.key));
    const handedOut = (await this.records.mintedUploads(job.state.id)).filter((one) => CHECKPOINT_KINDS.has(one.kind));
    const left = handedOut.map((one) => one.key).filter((key) => !pointers.has(key));
    this.removeObjects(left, async () => this.records.forgetMinted(job.state.id, left));
  }

  private removeObjects(keys: readonly string[], thereafter: () => Promise<void> = () => Promise.resolve()): void {
    if (keys.length > 0) this.unitOfWork.afterCommit(() => void this.removeNow(keys, thereafter).catch(() => undefined));
  }

  /** A store that is away, or whose objects somebody holds, keeps them until the clean-up of checkpoints. */
  private async removeNow(keys: readonly string[], thereafter: () => Promise<void>): Promise<void> {
    if ((await this.holds.live()) !== null) return;
    await this.storage.remove(keys);
    await thereafter();
  }
}

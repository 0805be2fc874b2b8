import { Clock } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { splitOf } from './split-messages.js';
import { isTerminal } from '../domain/job-state.js';
import type { StoredObject, TrainingJob } from '../domain/training-job.aggregate.js';
import { JobEnds } from './job-ends.js';
import { CheckpointRetention } from './checkpoint-retention.js';
import type { WorkerReport } from './commands/record-report/record-report.command.js';
import { CheckpointStorage } from './ports/checkpoint-storage.port.js';
import { JobRecords } from './ports/job-records.port.js';
import { TrainingSnapshots } from './ports/snapshots.port.js';

/** Code of a worker that read the version's zip twice and found another SHA-256 both times. */
const CORRUPT_SNAPSHOT = 'corrupt-snapshot';

/** What a report of the job's holder does. In the unit of work of the caller, who holds the job's lock and saves it. */
@Injectable()
export class ReportEffects {
  constructor(
    private readonly records: JobRecords,
    private readonly storage: CheckpointStorage,
    private readonly retention: CheckpointRetention,
    private readonly snapshots: TrainingSnapshots,
    private readonly ends: JobEnds,
    private readonly clock: Clock,
  ) {}

  async apply(job: TrainingJob, report: WorkerReport): Promise<void> {
    await this.effect(job, report);
    if (isTerminal(job.state.state)) await this.retention.sweep(job);
  }

  private async effect(job: TrainingJob, report: WorkerReport): Promise<void> {
    const now = this.clock.now();
    switch (report.kind) {
      case 'started':
        return job.started({ epochs: report.data.epochs, ...startOf(report.data) }, now);
      case 'progressed':
        return this.progressed(job, report.data);
      case 'checkpointed':
        return this.checkpointed(job, report.data);
      case 'completed':
        return this.completed(job, report.data, now);
      case 'predicted':
        return this.predicted(job, report.data, now);
      case 'failed':
        return this.failed(job, report.data, now);
      case 'cancelled':
        return job.cancelled(now);
    }
  }

  private async progressed(job: TrainingJob, data: Extract<WorkerReport, { kind: 'progressed' }>['data']): Promise<void> {
    const { id } = job.state;
    const isBelieved = data.epoch <= job.state.epochs && (await this.isNext(job, data));
    if (!isBelieved) return this.records.appendLog(id, [`figures of epoch ${data.metrics?.epoch ?? data.epoch} came out of order and were left out`]);
    job.progressed({ phase: data.phase, epoch: data.epoch, progress: data.progress, imagesPerSecond: data.images_per_second, secondsLeft: data.seconds_left });
    if (data.log !== undefined && data.log.length > 0) {
      await this.records.appendLog(id, data.log);
      await this.records.appendEvent(id, 'log', { lines: data.log });
    }
    if (data.metrics !== undefined) {
      await this.records.putMetrics(id, data.attempt, data.metrics);
      await this.records.appendEvent(id, 'metrics', data.metrics);
    }
    const { phase, epoch, epochs, progress } = data;
    await this.records.appendEvent(id, 'progress', { phase, epoch, epochs, progress, images_per_second: data.images_per_second, seconds_left: data.seconds_left });
  }

  /** The epochs of an attempt rise, up to the last one of the job: whoever reports others would fill the tables, or overwrite what is known. */
  private async isNext(job: TrainingJob, { metrics, attempt }: Extract<WorkerReport, { kind: 'progressed' }>['data']): Promise<boolean> {
    if (metrics === undefined) return true;
    return metrics.epoch <= job.state.epochs && metrics.epoch > (await this.records.lastEpochOf(job.state.id, attempt));
  }

  private async checkpointed(job: TrainingJob, data: Extract<WorkerReport, { kind: 'checkpointed' }>['data']): Promise<void> {
    const object = objectOf(data);
    if (!(await this.isStored(job.state.id, object))) {
      // The worker's word is not enough for a pointer; the next epoch brings another checkpoint.
      await this.records.appendLog(job.state.id, [`checkpoint of epoch ${data.epoch} was reported but does not lie in the store`]);
      return;
    }
    await this.records.putCheckpoint(job.state.id, { ...object, epoch: data.epoch, kind: data.kind, attempt: data.attempt });
    if (data.kind === 'state') job.checkpointed({ ...object, epoch: data.epoch });
    await this.records.appendEvent(job.state.id, 'checkpoint', { epoch: data.epoch, kind: data.kind, size_bytes: data.size_bytes, sha256: data.sha256 });
    await this.retention.prune(job);
  }

  private async failed(job: TrainingJob, data: Extract<WorkerReport, { kind: 'failed' }>['data'], now: Date): Promise<void> {
    await this.records.appendLog(job.state.id, data.log ?? []);
    if (data.code === CORRUPT_SNAPSHOT && job.state.snapshot !== null) await this.snapshots.doubt(job.state.datasetId, job.state.snapshot.version);
    job.attemptFailed(data, now);
  }

  private async completed(job: TrainingJob, data: Extract<WorkerReport, { kind: 'completed' }>['data'], now: Date): Promise<void> {
    const finalModel = objectOf(data.final_model);
    if (!(await this.isStored(job.state.id, finalModel))) {
      job.attemptFailed({ code: 'final-model-missing', detail: 'The worker reported a final model that does not lie in the store.', retryable: true }, now);
      return;
    }
    job.completed({ bestEpoch: data.best_epoch, finalModel, examples: await this.examplesOf(job, data) }, now);
    await this.ends.trained(job.state);
  }

  /** They are only shown: without them the training is none the worse. */
  private async examplesOf(job: TrainingJob, { examples }: Extract<WorkerReport, { kind: 'completed' }>['data']): Promise<StoredObject | null> {
    if (examples === undefined) return null;
    const object = objectOf(examples);
    if (await this.isStored(job.state.id, object)) return object;
    await this.records.appendLog(job.state.id, ['validation examples were reported but do not lie in the store']);
    return null;
  }

  private async predicted(job: TrainingJob, data: Extract<WorkerReport, { kind: 'predicted' }>['data'], now: Date): Promise<void> {
    const predictions = objectOf(data.predictions);
    if (job.state.inference === null || !(await this.isStored(job.state.id, predictions))) {
      job.attemptFailed({ code: 'predictions-missing', detail: 'The worker reported predictions that do not lie in the store.', retryable: true }, now);
      return;
    }
    job.predicted(now);
    await this.ends.predicted(job.state, data);
  }

  /** A pointer is only kept to an object that was handed out for this job and lies in the store with its size. */
  private async isStored(jobId: string, object: StoredObject): Promise<boolean> {
    const minted = await this.records.minted(jobId, object.key);
    if (minted === null || minted.sha256 !== object.sha256 || minted.sizeBytes !== object.sizeBytes) return false;
    return (await this.storage.sizeOf(object.key)) === object.sizeBytes;
  }
}

const objectOf = ({ key, size_bytes: sizeBytes, sha256 }: { readonly key: string; readonly size_bytes: number; readonly sha256: string }): StoredObject => ({ key, sizeBytes, sha256 });

function startOf({ split, code_version: codeVersion }: Extract<WorkerReport, { kind: 'started' }>['data']): { split: ReturnType<typeof splitOf> | null; codeVersion: string | null } {
  return { split: split === undefined ? null : splitOf(split), codeVersion: codeVersion ?? null };
}

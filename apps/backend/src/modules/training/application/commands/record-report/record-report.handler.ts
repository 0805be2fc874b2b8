import { Clock } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import type { TrainingJob } from '../../../domain/training-job.aggregate.js';
import { TrainingJobRepository } from '../../../domain/training-job.repository.port.js';
import { CheckpointStorage } from '../../ports/checkpoint-storage.port.js';
import { JobRecords } from '../../ports/job-records.port.js';
import { RecordReportCommand, type ReportOutcome, type WorkerReport } from './record-report.command.js';

/**
 * Reports of an attempt take effect strictly in their order and once: `sequence` is the next one, or the report waits (a broker that
 * lost its disk delivers late what the worker sends again), or it is a repeat.
 */
@CommandHandler(RecordReportCommand)
export class RecordReportHandler implements ICommandHandler<RecordReportCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: TrainingJobRepository,
    private readonly records: JobRecords,
    private readonly storage: CheckpointStorage,
    private readonly clock: Clock,
  ) {}

  async execute({ report }: RecordReportCommand): Promise<ReportOutcome> {
    const { job_id: jobId, attempt, fencing_token: fencingToken, sequence } = report.data;
    return this.unitOfWork.run(async () => {
      const job = await this.jobs.findForUpdate(jobId);
      const holder = job?.state.attempt;
      if (job === null || holder?.number !== attempt || holder.fencingToken !== fencingToken) return 'stale';
      if (sequence <= holder.seenSequence) return 'duplicate';
      if (sequence > holder.seenSequence + 1) return job.isCurrent({ attempt, fencingToken }) ? 'ahead' : 'stale';
      if (!job.isCurrent({ attempt, fencingToken })) return 'stale';
      await this.apply(job, report);
      job.sawReport(sequence);
      await this.jobs.save(job);
      await this.jobs.heard(jobId, attempt, fencingToken);
      return 'applied';
    });
  }

  private async apply(job: TrainingJob, report: WorkerReport): Promise<void> {
    const now = this.clock.now();
    switch (report.kind) {
      case 'started':
        return job.started(report.data.epochs, now);
      case 'progressed':
        return this.progressed(job, report.data);
      case 'checkpointed':
        return this.checkpointed(job, report.data);
      case 'completed':
        return this.completed(job, report.data, now);
      case 'failed':
        await this.records.appendLog(job.state.id, report.data.log ?? []);
        return job.attemptFailed(report.data, now);
      case 'cancelled':
        return job.cancelled(now);
    }
  }

  private async progressed(job: TrainingJob, data: Extract<WorkerReport, { kind: 'progressed' }>['data']): Promise<void> {
    const { id } = job.state;
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

  private async checkpointed(job: TrainingJob, data: Extract<WorkerReport, { kind: 'checkpointed' }>['data']): Promise<void> {
    const object = { key: data.key, sizeBytes: data.size_bytes, sha256: data.sha256 };
    if (!(await this.isStored(job.state.id, object))) {
      // The worker's word is not enough for a pointer; the next epoch brings another checkpoint.
      await this.records.appendLog(job.state.id, [`checkpoint of epoch ${data.epoch} was reported but does not lie in the store`]);
      return;
    }
    await this.records.putCheckpoint(job.state.id, { ...object, epoch: data.epoch, kind: data.kind, attempt: data.attempt });
    if (data.kind === 'state') job.checkpointed({ ...object, epoch: data.epoch });
    await this.records.appendEvent(job.state.id, 'checkpoint', { epoch: data.epoch, kind: data.kind, size_bytes: data.size_bytes, sha256: data.sha256 });
    await this.prune(job, data.epoch);
  }

  private async completed(job: TrainingJob, data: Extract<WorkerReport, { kind: 'completed' }>['data'], now: Date): Promise<void> {
    const finalModel = { key: data.final_model.key, sizeBytes: data.final_model.size_bytes, sha256: data.final_model.sha256 };
    if (!(await this.isStored(job.state.id, finalModel))) {
      job.attemptFailed({ code: 'final-model-missing', detail: 'The worker reported a final model that does not lie in the store.', retryable: true }, now);
      return;
    }
    job.completed({ bestEpoch: data.best_epoch, finalModel }, now);
  }

  /** A pointer is only kept to an object that was handed out for this job and lies in the store with its size. */
  private async isStored(jobId: string, object: { key: string; sizeBytes: number; sha256: string }): Promise<boolean> {
    const minted = await this.records.minted(jobId, object.key);
    if (minted === null || minted.sha256 !== object.sha256 || minted.sizeBytes !== object.sizeBytes) return false;
    return (await this.storage.sizeOf(object.key)) === object.sizeBytes;
  }

  /** Policy `best+last`: what is neither goes, the state that a resume needs stays. */
  private async prune(job: TrainingJob, epoch: number): Promise<void> {
    if (job.state.hyperparameters['keep'] !== 'best+last') return;
    const best = await this.records.bestEpoch(job.state.id);
    const dropped = (await this.records.checkpoints(job.state.id)).filter((one) => one.epoch < epoch - 1 && one.epoch !== best);
    for (const one of dropped) await this.records.removeCheckpoint(job.state.id, one.key);
    if (dropped.length > 0) this.unitOfWork.afterCommit(() => void this.storage.remove(dropped.map((one) => one.key)).catch(() => undefined));
  }
}

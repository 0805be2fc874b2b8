import { DomainError } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import { TrainingJobRepository } from '../../../domain/training-job.repository.port.js';
import { TrainingJobNotFound } from '../../../domain/training.errors.js';
import { CheckpointStorage } from '../../ports/checkpoint-storage.port.js';
import { JobRecords } from '../../ports/job-records.port.js';
import { TrainableModels } from '../../trainable-models.js';
import { MintCheckpointUploadCommand, type CheckpointUploadReply, type CheckpointUploadRequest } from './mint-checkpoint-upload.command.js';

/** A model of some hundred MB is large here; a worker that asks for more is wrong. */
export const MAX_CHECKPOINT_BYTES = 4 * 1024 ** 3;

@CommandHandler(MintCheckpointUploadCommand)
export class MintCheckpointUploadHandler implements ICommandHandler<MintCheckpointUploadCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: TrainingJobRepository,
    private readonly records: JobRecords,
    private readonly storage: CheckpointStorage,
    private readonly models: TrainableModels,
  ) {}

  async execute({ request }: MintCheckpointUploadCommand): Promise<CheckpointUploadReply> {
    if (request.size_bytes > MAX_CHECKPOINT_BYTES) throw new DomainError('too-large', `A checkpoint may have ${MAX_CHECKPOINT_BYTES} bytes at most.`);
    return this.unitOfWork.run(async () => {
      const job = await this.jobs.findForUpdate(request.job_id);
      if (job === null) throw new TrainingJobNotFound();
      job.assertCurrent({ attempt: request.attempt, fencingToken: request.fencing_token });
      if (request.epoch > job.state.epochs) throw new DomainError('validation-failed', 'The job has fewer epochs.');
      const key = await this.freeKey(request, this.models.formatOf(job.state.model));
      const object = { key, sizeBytes: request.size_bytes, sha256: request.sha256 };
      await this.records.putMinted(request.job_id, { ...object, kind: request.kind });
      const put = this.storage.presignPut(object, request.kind);
      return { key, url: put.url, headers: { ...put.headers }, expires_at: put.expiresAt.toISOString() };
    });
  }

  /** Objects are never overwritten: another content under a name that was handed out goes to the attempt's own name. */
  private async freeKey(request: CheckpointUploadRequest, extension: string): Promise<string> {
    const named = { kind: request.kind, epoch: request.epoch, extension };
    const key = this.storage.keyFor(request.job_id, named);
    const known = await this.records.minted(request.job_id, key);
    const taken = request.attempt_suffix || (known !== null && known.sha256 !== request.sha256);
    return taken ? this.storage.keyFor(request.job_id, { ...named, attempt: request.attempt }) : key;
  }
}

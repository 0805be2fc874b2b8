import { randomBytes } from 'node:crypto';
import { Clock, DomainError } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import { Dataset } from '../../../domain/dataset.aggregate.js';
import { makeDatasetId } from '../../../domain/dataset-id.js';
import { datasetName } from '../../../domain/dataset-name.js';
import { DatasetRepository } from '../../../domain/dataset.repository.port.js';
import { DatasetReader } from '../../dataset-reader.js';
import { missingParts, plannedParts } from '../../direct-upload-parts.js';
import { DirectUploads } from '../../direct-uploads.js';
import { DatasetMembers } from '../../ports/dataset-members.port.js';
import type { DatasetView } from '../../ports/dataset-read-model.port.js';
import { DirectUploadSessions, type DirectUpload } from '../../ports/direct-upload-sessions.port.js';
import { DirectUploadStorage } from '../../ports/direct-upload-storage.port.js';
import { ImportQueue } from '../../ports/import-queue.port.js';
import { PackageInspector, type PreviewedPackage } from '../../ports/package-inspector.port.js';
import { UploadSessions } from '../../ports/upload-sessions.port.js';
import { UploadStorage, type ZipObject } from '../../ports/upload-storage.port.js';
import { UploadProgress } from '../../upload-progress.js';
import { isVerdict, verdictOf } from '../../upload-refusal.js';
import { CompleteDirectUploadCommand } from './complete-direct-upload.command.js';

/**
 * Puts the parts together, looks at directory and labels, and leaves the rest to a worker. May be repeated at any point: what was put together stays,
 * a cause that passes opens the upload again, and a verdict removes everything.
 */
@CommandHandler(CompleteDirectUploadCommand)
export class CompleteDirectUploadHandler implements ICommandHandler<CompleteDirectUploadCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly uploads: DirectUploads,
    private readonly direct: DirectUploadSessions,
    private readonly sessions: UploadSessions,
    private readonly storage: DirectUploadStorage,
    private readonly kept: UploadStorage,
    private readonly inspector: PackageInspector,
    private readonly datasets: DatasetRepository,
    private readonly members: DatasetMembers,
    private readonly imports: ImportQueue,
    private readonly reader: DatasetReader,
    private readonly clock: Clock,
  ) {}

  async execute({ principal, uploadId, signal }: CompleteDirectUploadCommand): Promise<DatasetView> {
    const upload = await this.uploads.require(principal, uploadId);
    if (upload.state === 'refused') throw verdictOf(upload.code, upload.findings ?? []);
    if (upload.datasetId !== null && (upload.state === 'checking' || upload.state === 'completed')) return this.reader.require(principal, upload.datasetId, { action: 'read' });
    if (!(await this.direct.claim(uploadId))) throw new DomainError('in-progress', 'Another request completes this upload.', { retryAfterSeconds: 2 });
    const progress = new UploadProgress(this.sessions, uploadId, upload.sizeBytes);
    try {
      const datasetId = await this.take(principal, upload, { progress, signal });
      await this.storage.discardStaged(uploadId).catch(() => undefined);
      return await this.reader.require(principal, datasetId, { action: 'read' });
    } catch (error) {
      await this.undo(upload, progress, error);
      throw error;
    } finally {
      progress.stop();
    }
  }

  private async take(principal: Principal, upload: DirectUpload, run: { progress: UploadProgress; signal: AbortSignal }): Promise<string> {
    const staged = await this.assembled(upload);
    const found = await this.inspector.preview(staged, run.signal);
    const name = upload.name === null ? datasetName(found.name, { pointer: '/dataset_name', entry: 'annotations.json' }) : datasetName(upload.name);
    const datasetId = makeDatasetId(name, randomBytes(4).toString('hex'));
    await run.progress.registering(datasetId);
    try {
      const zip = await this.storage.keep(staged, datasetId);
      // From here on the row is the worker's.
      await run.progress.settled();
      await this.register(principal, upload, { datasetId, name, zip, found });
    } catch (error) {
      if (!(await this.datasets.exists(datasetId))) await this.kept.discardDataset(datasetId);
      throw error;
    }
    return datasetId;
  }

  private async assembled(upload: DirectUpload): Promise<ZipObject> {
    const arrived = await this.storage.arrived(upload.id, upload.multipartId);
    if (arrived !== null) {
      const missing = missingParts(plannedParts(upload), arrived);
      if (missing.length > 0) throw incomplete(missing.map((part) => part.number));
      return this.storage.assemble(upload.id, upload.multipartId, arrived);
    }
    const staged = await this.storage.staged(upload.id);
    if (staged === null) throw new DomainError('not-found', 'The upload is gone from the bucket: it was given up, or is older than a day. Begin another one.');
    return staged;
  }

  private async register(principal: Principal, upload: DirectUpload, of: { datasetId: string; name: string; zip: ZipObject; found: PreviewedPackage }): Promise<void> {
    const { datasetId: id, name, found } = of;
    const dataset = Dataset.receive({
      ...{ id, name, visibility: upload.visibility, upload: { ...of.zip, sha256: '' }, createdBy: principal.userId, createdAt: this.clock.now() },
      ...{ taskType: found.taskType, multiLabel: found.multiLabel, numImages: found.numImages, numClasses: found.classes.length },
    });
    await this.unitOfWork.run(async () => {
      if (!(await this.sessions.update(upload.id, { state: 'checking', datasetId: id }))) throw new DomainError('state-conflict', 'The upload has ended meanwhile.');
      await this.datasets.insertReceived(dataset);
      await this.members.grant(id, principal.userId, { role: 'owner', by: principal.userId });
      await this.imports.add({ datasetId: id, kind: 'validate-zip', requestedBy: principal.userId, detail: { upload_id: upload.id }, total: null });
    });
  }

  private async undo(upload: DirectUpload, progress: UploadProgress, error: unknown): Promise<void> {
    await progress.settled();
    if (!isVerdict(error)) return this.direct.reopen(upload.id);
    await progress.refused(error.code, error.findings).catch(() => undefined);
    await this.storage.discard(upload.id, upload.multipartId).catch(() => undefined);
  }
}

function incomplete(numbers: readonly number[]): DomainError {
  const findings = numbers.slice(0, 20).map((number) => ({ code: 'part-missing', message: `Part ${number} has not arrived.` }));
  return new DomainError('state-conflict', `${numbers.length} parts have not arrived. GET datasets/uploads/{id} has URLs for them.`, { findings });
}

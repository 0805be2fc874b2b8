import { randomBytes, randomUUID } from 'node:crypto';
import { Clock, DomainError, type Finding } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AccessPolicy } from '../../../../../platform/auth/access-policy.js';
import type { Principal } from '../../../../../platform/auth/principal.js';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import { Dataset } from '../../../domain/dataset.aggregate.js';
import { makeDatasetId } from '../../../domain/dataset-id.js';
import { datasetName } from '../../../domain/dataset-name.js';
import { DatasetRepository } from '../../../domain/dataset.repository.port.js';
import { DatasetReader } from '../../dataset-reader.js';
import type { DatasetView } from '../../ports/dataset-read-model.port.js';
import { DatasetMembers } from '../../ports/dataset-members.port.js';
import { PackageConverter } from '../../ports/package-converter.port.js';
import { PackageInspector, type InspectedPackage } from '../../ports/package-inspector.port.js';
import { UploadSessions } from '../../ports/upload-sessions.port.js';
import { UploadStorage, type StagedZip } from '../../ports/upload-storage.port.js';
import { UploadProgress } from '../../upload-progress.js';
import { UploadDatasetCommand, type UploadDatasetInput } from './upload-dataset.command.js';

/** A conversion knows no content hash; the computed one is kept. */
const HASH_OF_CONVERSION = 'content-hash-differs';

/**
 * Stage, inspect, keep, register. Until the last step commits the dataset does not exist, and whatever a step has left in the bucket
 * is removed when it fails; what a killed process left is removed by the sweeper, which knows it from the upload's row.
 */
@CommandHandler(UploadDatasetCommand)
export class UploadDatasetHandler implements ICommandHandler<UploadDatasetCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly datasets: DatasetRepository,
    private readonly members: DatasetMembers,
    private readonly sessions: UploadSessions,
    private readonly storage: UploadStorage,
    private readonly inspector: PackageInspector,
    private readonly converter: PackageConverter,
    private readonly reader: DatasetReader,
    private readonly clock: Clock,
  ) {}

  async execute({ principal, input }: UploadDatasetCommand): Promise<DatasetView> {
    AccessPolicy.assertScope(principal, 'label');
    if (input.name !== undefined) datasetName(input.name);
    const begun = await this.sessions.begin({ id: input.uploadId, userId: principal.userId, totalBytes: input.totalBytes });
    if (!begun) throw new DomainError('in-progress', 'An upload with this Upload-Id was begun already. Choose another id.');
    const progress = new UploadProgress(this.sessions, input.uploadId);
    try {
      const datasetId = await this.receive(principal, input, progress);
      await progress.to('completed');
      return await this.reader.require(principal, datasetId, { action: 'read' });
    } catch (error) {
      await this.refuse(progress, error);
      throw error;
    } finally {
      progress.stop();
      await this.storage.discardStaged(input.uploadId).catch(() => undefined);
    }
  }

  private async receive(principal: Principal, input: UploadDatasetInput, progress: UploadProgress): Promise<string> {
    const received = await this.storage.stage(input.uploadId, progress.count(input.body), input.signal);
    await progress.to('validating');
    if (input.format === 'dice') return this.take(principal, input, { staged: received, progress });
    const uploadId = randomUUID();
    try {
      const { zip, warnings } = await this.converter.convert(received, { uploadId, format: input.format, name: input.name ?? 'imported', signal: input.signal });
      return await this.take(principal, input, { staged: zip, progress, converted: warnings });
    } finally {
      await this.storage.discardStaged(uploadId).catch(() => undefined);
    }
  }

  private async take(principal: Principal, input: UploadDatasetInput, { staged, progress, converted }: { staged: StagedZip; progress: UploadProgress; converted?: readonly Finding[] }): Promise<string> {
    const inspected = await this.inspector.inspect(staged, { signal: input.signal, onProgress: (checked, total) => progress.checked(checked, total) });
    input.signal.throwIfAborted();
    const found = converted === undefined ? inspected : { ...inspected, warnings: [...converted, ...inspected.warnings.filter(({ code }) => code !== HASH_OF_CONVERSION)] };
    const name = input.name === undefined ? datasetName(found.name, { pointer: '/dataset_name', entry: 'annotations.json' }) : datasetName(input.name);
    const datasetId = makeDatasetId(name, randomBytes(4).toString('hex'));
    await progress.registering(datasetId);
    try {
      await this.register(principal, { ...input, name }, { datasetId, staged, found });
    } catch (error) {
      await this.discardUnlessRegistered(datasetId);
      throw error;
    }
    return datasetId;
  }

  private async register(principal: Principal, input: UploadDatasetInput & { name: string }, run: { datasetId: string; staged: StagedZip; found: InspectedPackage }): Promise<void> {
    const { found, datasetId } = run;
    const upload = await this.storage.keep(run.staged, datasetId);
    const { taskType, multiLabel, numImages, numLabeled, splits, splitConfig, contentHash } = found;
    const dataset = Dataset.register({
      ...{ id: datasetId, name: input.name, visibility: input.visibility, upload, createdBy: principal.userId, createdAt: this.clock.now() },
      ...{ taskType, multiLabel, numImages, numClasses: found.classes.length, numLabeled, splits, splitConfig, contentHash },
    });
    await this.unitOfWork.run(async () => {
      await this.datasets.insert(dataset, { classes: found.classes, images: found.images, warnings: found.warnings });
      await this.members.grant(datasetId, principal.userId, { role: 'owner', by: principal.userId });
    });
  }

  /** The answer to a commit can be lost: what was registered all the same keeps its bytes. What cannot be asked now is left to the sweeper. */
  private async discardUnlessRegistered(datasetId: string): Promise<void> {
    if (!(await this.datasets.exists(datasetId))) await this.storage.discardDataset(datasetId);
  }

  private async refuse(progress: UploadProgress, error: unknown): Promise<void> {
    const refusal = error instanceof DomainError ? { code: error.code, findings: error.findings } : { code: 'internal', findings: [] };
    await progress.refused(refusal.code, refusal.findings).catch(() => undefined);
  }
}

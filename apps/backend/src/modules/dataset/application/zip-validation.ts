import { Clock, DomainError } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { UnitOfWork } from '../../../platform/database/unit-of-work.js';
import { DatasetRepository } from '../domain/dataset.repository.port.js';
import { DirectUploadStorage } from './ports/direct-upload-storage.port.js';
import { ImportQueue, type ImportJob } from './ports/import-queue.port.js';
import { PackageInspector, type InspectedPackage } from './ports/package-inspector.port.js';
import { UploadSessions } from './ports/upload-sessions.port.js';
import { UploadStorage, type ZipObject } from './ports/upload-storage.port.js';
import { isVerdict, verdictOf } from './upload-refusal.js';

const BEAT_MILLISECONDS = 5_000;
const detailSchema = z.object({ upload_id: z.uuid() });

/** Reads a zip that was put straight into the bucket: every CRC, hash and image head. Then the dataset is ready, or it and everything of it is gone. */
@Injectable()
export class ZipValidation {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly imports: ImportQueue,
    private readonly datasets: DatasetRepository,
    private readonly sessions: UploadSessions,
    private readonly storage: DirectUploadStorage,
    private readonly kept: UploadStorage,
    private readonly inspector: PackageInspector,
    private readonly clock: Clock,
  ) {}

  async run(job: ImportJob, signal: AbortSignal): Promise<void> {
    const uploadId = detailSchema.parse(job.detail).upload_id;
    const noted = await this.sessions.find(uploadId);
    // An earlier attempt came to its verdict and not to the end.
    if (noted !== null && noted.code !== null) return this.refuse(job, uploadId, verdictOf(noted.code, noted.findings ?? []));
    const zip = await this.zipOf(job);
    try {
      const { found, sha256 } = await this.read(job, uploadId, { zip, signal });
      await this.accept(job, uploadId, { zip: { ...zip, sha256 }, found });
    } catch (error) {
      if (!isVerdict(error)) throw error;
      await this.refuse(job, uploadId, error);
    }
  }

  private async zipOf(job: ImportJob): Promise<ZipObject> {
    const dataset = await this.unitOfWork.run(() => this.datasets.findForUpdate(job.datasetId));
    if (dataset?.state.upload == null) throw new DomainError('not-found', 'The dataset is gone.');
    return dataset.state.upload;
  }

  private async read(job: ImportJob, uploadId: string, { zip, signal }: { zip: ZipObject; signal: AbortSignal }): Promise<{ found: InspectedPackage; sha256: string }> {
    const lost = new AbortController();
    const aborted = AbortSignal.any([signal, lost.signal]);
    let [checkedEntries, totalEntries] = [0, 0];
    const beat = async (): Promise<void> => {
      await this.sessions.update(uploadId, { checkedEntries, totalEntries });
      const held = await this.imports.progress(job, { done: checkedEntries, total: totalEntries === 0 ? null : totalEntries, refused: 0 });
      if (!held) lost.abort(new DomainError('in-progress', 'Another process goes on with this import.'));
    };
    // A beat that fails (the database is away for a moment) is made good by the next.
    const timer = setInterval(() => void beat().catch(() => undefined), BEAT_MILLISECONDS);
    try {
      const found = await this.inspector.inspect(zip, { signal: aborted, onProgress: (checked, total) => void ([checkedEntries, totalEntries] = [checked, total]) });
      return { found, sha256: (await this.storage.hash(zip, aborted)).sha256 };
    } finally {
      clearInterval(timer);
    }
  }

  private async accept(job: ImportJob, uploadId: string, { zip, found }: { zip: ZipObject & { sha256: string }; found: InspectedPackage }): Promise<void> {
    const { numImages, numLabeled, splits, splitConfig, contentHash, classes, images, warnings } = found;
    await this.unitOfWork.run(async () => {
      const dataset = await this.datasets.findForUpdate(job.datasetId);
      if (dataset === null || !(await this.imports.complete(job, { done: numImages, total: numImages, refused: 0 }))) throw new DomainError('in-progress', 'Another process goes on with this import.');
      dataset.accept({ upload: zip, numImages, numClasses: classes.length, numLabeled, splits, splitConfig, contentHash }, this.clock.now());
      await this.datasets.fill(dataset, { classes, images, warnings });
      await this.sessions.update(uploadId, { state: 'completed' });
    });
  }

  /** The verdict is noted first, so that an attempt that dies in between is followed by one that knows it. */
  private async refuse(job: ImportJob, uploadId: string, verdict: DomainError): Promise<void> {
    if (!(await this.imports.progress(job, { done: 0, total: null, refused: 0 }))) throw new DomainError('in-progress', 'Another process goes on with this import.');
    await this.sessions.update(uploadId, { code: verdict.code, findings: verdict.findings });
    await this.kept.discardDataset(job.datasetId);
    await this.unitOfWork.run(async () => {
      await this.datasets.discardReceived(job.datasetId);
      await this.sessions.update(uploadId, { state: 'refused' });
    });
  }
}

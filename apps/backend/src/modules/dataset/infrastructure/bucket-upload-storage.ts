import { ObjectStore, objectKeys, Presigner } from '@app/object-store';
import { Injectable } from '@nestjs/common';
import { BackendConfig } from '../../../config/backend-config.js';
import { UploadStorage, type StagedZip } from '../application/ports/upload-storage.port.js';
import type { DatasetUpload } from '../domain/dataset.aggregate.js';
import { HeldDeletions } from '../../../platform/storage/held-deletions.js';

@Injectable()
export class BucketUploadStorage extends UploadStorage {
  constructor(
    private readonly store: ObjectStore,
    private readonly deletions: HeldDeletions,
    private readonly presigner: Presigner,
    private readonly config: BackendConfig,
  ) {
    super();
  }

  async stage(uploadId: string, body: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<StagedZip> {
    const key = objectKeys.staging(uploadId);
    const stored = await this.store.upload(key, body, { contentType: 'application/zip', signal });
    return { key, sizeBytes: stored.sizeBytes, sha256: stored.sha256 };
  }

  async keep(staged: StagedZip, datasetId: string): Promise<DatasetUpload> {
    const key = objectKeys.upload(datasetId, 1);
    await this.store.copy(staged.key, key, { contentType: 'application/zip' });
    return { key, sizeBytes: staged.sizeBytes, sha256: staged.sha256 };
  }

  async discardStaged(uploadId: string): Promise<void> {
    const key = objectKeys.staging(uploadId);
    await this.store.delete([key]);
    await this.store.abortStaleUploads(key, new Date());
  }

  async discardOldStaged(olderThanHours: number): Promise<void> {
    const oldest = new Date(Date.now() - olderThanHours * 3_600_000);
    const keys: string[] = [];
    for await (const object of this.store.list(objectKeys.stagingArea)) if (object.lastModified < oldest) keys.push(object.key);
    if (keys.length > 0) await this.store.delete(keys);
    await this.store.abortStaleUploads(objectKeys.stagingArea, oldest);
  }

  async discardDataset(datasetId: string): Promise<void> {
    const keys: string[] = [];
    for await (const object of this.store.list(objectKeys.dataset(datasetId))) keys.push(object.key);
    await this.deletions.remove(keys);
  }

  presignDownload(key: string, fileName: string): { url: string; expiresAt: Date } {
    return this.presigner.presignGet(key, { downloadName: fileName, contentType: 'application/zip' });
  }

  describe(): { storageType: 'r2' | 's3'; bucket: string } {
    return { storageType: this.config.store.kind, bucket: this.config.store.bucket };
  }
}

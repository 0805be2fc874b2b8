import { createHash } from 'node:crypto';
import { MultipartUploads, ObjectNotFound, ObjectStore, objectKeys, Presigner, StoreMeter, type UploadedPart } from '@app/object-store';
import { Injectable } from '@nestjs/common';
import { DirectUploadStorage, type PartUrl } from '../application/ports/direct-upload-storage.port.js';
import type { ZipObject } from '../application/ports/upload-storage.port.js';
import type { DatasetUpload } from '../domain/dataset.aggregate.js';

const TYPE = 'application/zip';
/** A slow line takes its time for a part; a new URL costs one request. */
const PART_SECONDS = 3_600;

@Injectable()
export class BucketDirectUploadStorage extends DirectUploadStorage {
  constructor(
    private readonly store: ObjectStore,
    private readonly multipart: MultipartUploads,
    private readonly presigner: Presigner,
    private readonly meter: StoreMeter,
  ) {
    super();
  }

  async begin(uploadId: string): Promise<string> {
    return this.multipart.begin(objectKeys.staging(uploadId), TYPE);
  }

  async arrived(uploadId: string, multipartId: string): Promise<readonly UploadedPart[] | null> {
    try {
      return await this.multipart.parts(objectKeys.staging(uploadId), multipartId);
    } catch (error) {
      if (error instanceof ObjectNotFound) return null;
      throw error;
    }
  }

  presignPart(uploadId: string, part: { multipartId: string; number: number; sizeBytes: number }): PartUrl {
    const { multipartId, number, sizeBytes } = part;
    return this.presigner.presignPart(objectKeys.staging(uploadId), { uploadId: multipartId, number, sizeBytes, expiresInSeconds: PART_SECONDS });
  }

  async assemble(uploadId: string, multipartId: string, parts: readonly UploadedPart[]): Promise<ZipObject> {
    const key = objectKeys.staging(uploadId);
    const zip = await this.multipart.complete(key, multipartId, parts);
    // Each part came by a URL once at least.
    this.meter.count({ operation: 'UploadPart', kind: 'proven', key }, parts.length);
    return zip;
  }

  async staged(uploadId: string): Promise<ZipObject | null> {
    return this.store.head(objectKeys.staging(uploadId));
  }

  async keep(zip: ZipObject, datasetId: string): Promise<ZipObject> {
    const key = objectKeys.upload(datasetId, 1);
    await this.store.copy(zip.key, key, { contentType: TYPE });
    return { key, sizeBytes: zip.sizeBytes };
  }

  async discardStaged(uploadId: string): Promise<void> {
    await this.store.delete([objectKeys.staging(uploadId)]);
  }

  async discard(uploadId: string, multipartId: string): Promise<void> {
    const key = objectKeys.staging(uploadId);
    await this.multipart.abort(key, multipartId);
    await this.store.delete([key]);
  }

  async hash({ key, sizeBytes }: ZipObject, signal: AbortSignal): Promise<DatasetUpload> {
    const hash = createHash('sha256');
    const { body } = await this.store.get(key, { signal });
    for await (const chunk of body) hash.update(chunk as Uint8Array);
    return { key, sizeBytes, sha256: hash.digest('hex') };
  }
}

import { MAX_EXPIRES_SECONDS, ObjectStore, objectKeys, Presigner, StoreMeter, type PresignedPut } from '@app/object-store';
import { Injectable } from '@nestjs/common';
import { ImageStorage, type ListedObject } from '../application/ports/image-storage.port.js';
import { keyExtension, type ImageFormat } from '../domain/image-name.js';
import { HeldDeletions } from '../../../platform/storage/held-deletions.js';

interface WriteOptions {
  readonly format: ImageFormat;
  readonly signal: AbortSignal;
}

const contentTypeOf = (format: ImageFormat): string => `image/${format}`;

@Injectable()
export class BucketImageStorage extends ImageStorage {
  constructor(
    private readonly store: ObjectStore,
    private readonly deletions: HeldDeletions,
    private readonly presigner: Presigner,
    private readonly meter: StoreMeter,
  ) {
    super();
  }

  keyOf(datasetId: string, number: number, format: ImageFormat): string {
    return objectKeys.image(datasetId, number, keyExtension(format));
  }

  async put(key: string, bytes: Uint8Array, { format, signal }: WriteOptions): Promise<void> {
    await this.store.put(key, bytes, { contentType: contentTypeOf(format), signal });
  }

  async upload(key: string, body: AsyncIterable<Uint8Array>, { format, signal }: WriteOptions): Promise<{ sizeBytes: number; sha256: string }> {
    return this.store.upload(key, body, { contentType: contentTypeOf(format), signal });
  }

  presignStaged(uploadId: string, object: { sizeBytes: number; sha256: string; contentType: string }): PresignedPut {
    return this.presigner.presignPut(objectKeys.stagedImage(uploadId), { ...object, expiresInSeconds: MAX_EXPIRES_SECONDS });
  }

  async stagedSize(uploadId: string): Promise<number | null> {
    return (await this.store.head(objectKeys.stagedImage(uploadId)))?.sizeBytes ?? null;
  }

  async readStaged(uploadId: string, range: { start: number; end: number }): Promise<Uint8Array> {
    return this.store.getBytes(objectKeys.stagedImage(uploadId), range.end - range.start + 1, { range });
  }

  async keepStaged(uploadId: string, key: string, format: ImageFormat): Promise<void> {
    await this.store.copy(objectKeys.stagedImage(uploadId), key, { contentType: contentTypeOf(format) });
    // It came by a URL.
    this.meter.count({ operation: 'PutObject', kind: 'proven', key });
  }

  async discardStaged(uploadIds: readonly string[]): Promise<void> {
    if (uploadIds.length > 0) await this.store.delete(uploadIds.map(objectKeys.stagedImage));
  }

  async discard(keys: readonly string[]): Promise<void> {
    await this.deletions.remove(keys);
  }

  list(prefix: string, signal?: AbortSignal): AsyncIterable<ListedObject> {
    return this.store.list(prefix, signal);
  }

  async read(key: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    return (await this.store.get(key, { signal })).body as AsyncIterable<Uint8Array>;
  }

  imagePrefixes(datasetId: string): { originals: string; derived: readonly string[] } {
    return { originals: objectKeys.images(datasetId), derived: [objectKeys.thumbnails(datasetId), objectKeys.previews(datasetId)] };
  }

  datasetPrefix(datasetId: string): string {
    return objectKeys.dataset(datasetId);
  }
}

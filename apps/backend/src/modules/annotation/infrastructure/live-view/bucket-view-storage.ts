import { objectKeys, ObjectStore } from '@app/object-store';
import { Injectable } from '@nestjs/common';
import { ViewStorage } from '../../application/ports/view-storage.port.js';

@Injectable()
export class BucketViewStorage extends ViewStorage {
  constructor(private readonly store: ObjectStore) {
    super();
  }

  async writeAnnotations(datasetId: string, text: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    await this.store.upload(objectKeys.annotations(datasetId), text, { contentType: 'application/json', signal });
  }

  async writeMeta(datasetId: string, text: Uint8Array, signal: AbortSignal): Promise<void> {
    await this.store.put(objectKeys.meta(datasetId), text, { contentType: 'application/json', signal });
  }

  async writeMask(datasetId: string, number: number, png: Uint8Array, signal: AbortSignal): Promise<void> {
    await this.store.put(objectKeys.mask(datasetId, number), png, { contentType: 'image/png', signal });
  }

  async removeMask(datasetId: string, number: number): Promise<void> {
    await this.store.delete([objectKeys.mask(datasetId, number)]);
  }
}

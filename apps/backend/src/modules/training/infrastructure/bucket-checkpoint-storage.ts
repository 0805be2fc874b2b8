import { ObjectStore, objectKeys, Presigner, StoreMeter } from '@app/object-store';
import { Injectable } from '@nestjs/common';
import { CheckpointStorage, type MintedPut, type UploadKind } from '../application/ports/checkpoint-storage.port.js';
import type { StoredObject } from '../domain/training-job.aggregate.js';
import { HeldDeletions } from '../../../platform/storage/held-deletions.js';

/** Time for one upload to begin and end. */
const PUT_SECONDS = 900;
const CONTENT_TYPES: Readonly<Record<UploadKind, string>> = { state: 'application/octet-stream', model: 'application/octet-stream', final: 'application/octet-stream', metrics: 'application/json', examples: 'application/x-ndjson', predictions: 'application/x-ndjson' };

@Injectable()
export class BucketCheckpointStorage extends CheckpointStorage {
  constructor(
    private readonly store: ObjectStore,
    private readonly deletions: HeldDeletions,
    private readonly presigner: Presigner,
    private readonly meter: StoreMeter,
  ) {
    super();
  }

  keyFor(jobId: string, object: { kind: UploadKind; epoch: number; attempt?: number; extension?: string }): string {
    switch (object.kind) {
      case 'state':
        return objectKeys.checkpoint(jobId, { epoch: object.epoch, extension: 'ckpt', attempt: object.attempt });
      case 'model':
        return objectKeys.checkpoint(jobId, { epoch: object.epoch, extension: object.extension ?? 'onnx', attempt: object.attempt });
      case 'final':
        return objectKeys.finalModel(jobId, object.attempt, object.extension);
      case 'metrics':
        return objectKeys.metrics(jobId, object.attempt);
      case 'examples':
        return objectKeys.validationExamples(jobId, object.attempt);
      case 'predictions':
        return objectKeys.predictions(jobId, object.attempt);
    }
  }

  presignPut(object: StoredObject, kind: UploadKind): MintedPut {
    return this.presigner.presignPut(object.key, { sizeBytes: object.sizeBytes, sha256: object.sha256, contentType: CONTENT_TYPES[kind], expiresInSeconds: PUT_SECONDS });
  }

  presignGet(key: string, downloadName: string): { url: string; expiresAt: Date } {
    return this.presigner.presignGet(key, { downloadName, contentType: 'application/octet-stream' });
  }

  async sizeOf(key: string): Promise<number | null> {
    const found = await this.store.head(key);
    // Asked once of what was to be put by a URL: it was.
    if (found !== null) this.meter.count({ operation: 'PutObject', kind: 'proven', key });
    return found?.sizeBytes ?? null;
  }

  async remove(keys: readonly string[]): Promise<void> {
    await this.deletions.remove(keys);
  }
}

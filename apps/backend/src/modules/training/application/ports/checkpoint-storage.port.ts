import type { StoredObject } from '../../domain/training-job.aggregate.js';

export type UploadKind = 'state' | 'model' | 'final' | 'metrics' | 'examples' | 'predictions';

export interface MintedPut {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly expiresAt: Date;
}

/** Where models and checkpoints lie. */
export abstract class CheckpointStorage {
  abstract keyFor(jobId: string, object: { readonly kind: UploadKind; readonly epoch: number; readonly attempt?: number; readonly extension?: string }): string;
  abstract presignPut(object: StoredObject, kind: UploadKind): MintedPut;
  abstract presignGet(key: string, downloadName: string): { readonly url: string; readonly expiresAt: Date };
  /** Size of the object in the store, null when it is not there. */
  abstract sizeOf(key: string): Promise<number | null>;
  abstract remove(keys: readonly string[]): Promise<void>;
}

import type { LabelObject, LabelStatus } from '../../domain/label-object.js';

/** The labels of one image as an uploaded zip has them. */
export interface LoadedLabels {
  readonly number: number;
  readonly status: LabelStatus;
  readonly noObject: boolean;
  readonly objects: readonly LabelObject[];
  readonly nextNumber: number;
  readonly classIds: readonly number[];
  /** labelsDigest, hex. */
  readonly digest: string;
}

/** Label files of uploaded zips. */
export abstract class LabelSource {
  /** Hands over all images in small batches and waits for each: memory does not grow with the dataset. Throws `unavailable` when the store is away. */
  abstract read(upload: { readonly key: string; readonly sizeBytes: number }, take: (batch: readonly LoadedLabels[]) => Promise<void>, signal: AbortSignal): Promise<void>;
}

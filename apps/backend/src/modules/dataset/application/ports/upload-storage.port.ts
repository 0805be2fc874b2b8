import type { DatasetUpload } from '../../domain/dataset.aggregate.js';

export interface ZipObject {
  readonly key: string;
  readonly sizeBytes: number;
}

export interface StagedZip extends ZipObject {
  readonly sha256: string;
}

/** Where an uploaded zip lies: first staged, then for good. */
export abstract class UploadStorage {
  /** Streams into the staging area; nothing stays behind on an error. */
  abstract stage(uploadId: string, body: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<StagedZip>;
  /** Server-side copy to the dataset's own key. */
  abstract keep(staged: StagedZip, datasetId: string): Promise<DatasetUpload>;
  /** Removes what has lain in the staging area for longer than any upload takes: left by an outage of the store. */
  abstract discardOldStaged(olderThanHours: number): Promise<void>;
  abstract discardStaged(uploadId: string): Promise<void>;
  /** Removes everything under a dataset that was never registered. */
  abstract discardDataset(datasetId: string): Promise<void>;
  abstract presignDownload(key: string, fileName: string): { readonly url: string; readonly expiresAt: Date };
  /** `r2` or `s3`, and the bucket's name, as they are told to clients. */
  abstract describe(): { readonly storageType: 'r2' | 's3'; readonly bucket: string };
}

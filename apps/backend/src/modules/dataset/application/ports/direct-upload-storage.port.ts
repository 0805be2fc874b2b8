import type { DatasetUpload } from '../../domain/dataset.aggregate.js';
import type { ZipObject } from './upload-storage.port.js';

export interface ArrivedPart {
  readonly number: number;
  readonly sizeBytes: number;
  readonly etag: string;
}

export interface PartUrl {
  readonly url: string;
  /** To be sent exactly like this. */
  readonly headers: Readonly<Record<string, string>>;
  readonly expiresAt: Date;
}

/** The multipart upload of a zip at its staging key. */
export abstract class DirectUploadStorage {
  /** Answers the store's id of it. */
  abstract begin(uploadId: string): Promise<string>;
  /** Null: there is no such multipart upload (any more). */
  abstract arrived(uploadId: string, multipartId: string): Promise<readonly ArrivedPart[] | null>;
  abstract presignPart(uploadId: string, part: { readonly multipartId: string; readonly number: number; readonly sizeBytes: number }): PartUrl;
  abstract assemble(uploadId: string, multipartId: string, parts: readonly ArrivedPart[]): Promise<ZipObject>;
  /** The staged zip; null when it is not put together. */
  abstract staged(uploadId: string): Promise<ZipObject | null>;
  /** Server-side copy to the dataset's own key. */
  abstract keep(zip: ZipObject, datasetId: string): Promise<ZipObject>;
  /** Removes what was put together; there is no multipart upload any more. */
  abstract discardStaged(uploadId: string): Promise<void>;
  /** Removes the multipart upload and what was put together of it. */
  abstract discard(uploadId: string, multipartId: string): Promise<void>;
  /** Reads the whole zip. */
  abstract hash(zip: ZipObject, signal: AbortSignal): Promise<DatasetUpload>;
}

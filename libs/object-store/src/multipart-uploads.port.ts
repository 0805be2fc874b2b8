import type { ObjectHead } from './object-store.port.js';

export interface UploadedPart {
  /** From 1. */
  readonly number: number;
  readonly sizeBytes: number;
  /** As the store gave it, quotes included. */
  readonly etag: string;
}

/**
 * Multipart uploads whose parts others put, by URLs of `Presigner.presignPart`: no byte passes through this process.
 * Errors: `ObjectNotFound` (no such upload: completed, given up or swept), `ObjectExists`, `StoreAccessDenied`, `StoreUnavailable`.
 */
export abstract class MultipartUploads {
  /** Answers the store's id of the upload. */
  abstract begin(key: string, contentType: string): Promise<string>;
  /** What has arrived, in order. */
  abstract parts(key: string, uploadId: string): Promise<readonly UploadedPart[]>;
  /** Puts the object together, only where none is. */
  abstract complete(key: string, uploadId: string, parts: readonly UploadedPart[]): Promise<ObjectHead>;
  /** No error when it has ended already. */
  abstract abort(key: string, uploadId: string): Promise<void>;
}

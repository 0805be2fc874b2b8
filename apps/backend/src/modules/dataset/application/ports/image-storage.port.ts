import type { ImageFormat } from '../../domain/image-name.js';

export interface PresignedImagePut {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly expiresAt: Date;
}

export interface ListedObject {
  readonly key: string;
  readonly sizeBytes: number;
  readonly lastModified: Date;
}

/** The bytes of single images: staged while they are announced, then each under a key of its own that is written once. */
export abstract class ImageStorage {
  abstract keyOf(datasetId: string, number: number, format: ImageFormat): string;
  abstract put(key: string, bytes: Uint8Array, options: { readonly format: ImageFormat; readonly signal: AbortSignal }): Promise<void>;
  /** Streams; nothing stays behind on an error. */
  abstract upload(key: string, body: AsyncIterable<Uint8Array>, options: { readonly format: ImageFormat; readonly signal: AbortSignal }): Promise<{ readonly sizeBytes: number; readonly sha256: string }>;
  /** For exactly these bytes, once. */
  abstract presignStaged(uploadId: string, object: { readonly sizeBytes: number; readonly sha256: string; readonly contentType: string }): PresignedImagePut;
  /** Null when nothing was put there. */
  abstract stagedSize(uploadId: string): Promise<number | null>;
  abstract readStaged(uploadId: string, range: { readonly start: number; readonly end: number }): Promise<Uint8Array>;
  /** Inside the store. Throws `not-found` when nothing is staged. */
  abstract keepStaged(uploadId: string, key: string, format: ImageFormat): Promise<void>;
  abstract discardStaged(uploadIds: readonly string[]): Promise<void>;
  abstract discard(keys: readonly string[]): Promise<void>;
  abstract list(prefix: string, signal?: AbortSignal): AsyncIterable<ListedObject>;
  abstract read(key: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  /** What the image worker and intake write one object an image under. */
  abstract imagePrefixes(datasetId: string): { readonly originals: string; readonly derived: readonly string[] };
  /** Everything of a dataset. */
  abstract datasetPrefix(datasetId: string): string;
}

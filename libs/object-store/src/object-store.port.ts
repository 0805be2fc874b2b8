import type { Readable } from 'node:stream';

export interface ObjectHead {
  readonly key: string;
  readonly sizeBytes: number;
  /** As the store gave it, quotes included. */
  readonly etag: string;
  readonly lastModified: Date;
}

/** Inclusive byte range, as in HTTP. `end` may be left out: to the end of the object. */
export interface ByteRange {
  readonly start: number;
  readonly end?: number;
}

export interface GetOptions {
  readonly range?: ByteRange;
  readonly signal?: AbortSignal;
}

export interface ObjectBody extends ObjectHead {
  /** Bytes of the range asked for. The caller reads it to its end or destroys it. */
  readonly body: Readable;
}

export interface PutOptions {
  readonly contentType?: string;
  /** How the bytes are packed, for whoever gets them by HTTP. `get` and `getBytes` answer them as they were given. */
  readonly contentEncoding?: 'gzip';
  /** `true`: refuse with `ObjectExists` when the key is taken (`If-None-Match: *`). */
  readonly onlyIfAbsent?: boolean;
  readonly signal?: AbortSignal;
}

export interface UploadOptions extends PutOptions {
  /** The SHA-256 of the bytes, where their giver computes it: asked for when all were given, instead of computing it once more. */
  readonly sha256?: () => string;
  /** Size of each part but the last, bytes; 5 MiB at least. */
  readonly partBytes?: number;
  readonly onProgress?: (bytesSent: number) => void;
}

export interface UploadResult {
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly etag: string;
}

/** A multipart upload that is open. */
export interface OpenUpload {
  readonly key: string;
  readonly uploadId: string;
  readonly begunAt: Date;
}

/** A part of an object that is put together inside the store. */
export type ComposePart =
  | { readonly kind: 'copy'; readonly key: string; readonly range: Required<ByteRange> }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array };

/** What an object begins with. */
export interface ObjectPrefix {
  readonly key: string;
  readonly bytes: number;
  /** Copied only while the object has this one. */
  readonly etag?: string;
}

export interface ExtendOptions extends PutOptions {
  /** About how many new bytes there are: more than are held in memory are put aside in the staging area then, where that saves copies. */
  readonly aboutBytes?: number;
  /** Bytes of the new object that are there, copied ones included. */
  readonly onProgress?: (bytes: number) => void;
}

/**
 * The bucket as the product sees it: S3 or R2 behind one class, all keys inside one bucket.
 * Errors: `ObjectNotFound`, `ObjectExists`, `StoreAccessDenied`, `StoreUnavailable` (after bounded retries); an abort rejects with the signal's reason.
 */
export abstract class ObjectStore {
  /** Null when there is no such object. */
  abstract head(key: string, signal?: AbortSignal): Promise<ObjectHead | null>;
  abstract get(key: string, options?: GetOptions): Promise<ObjectBody>;
  /** Small objects only: reads it into memory, and refuses more than `maxBytes`. */
  abstract getBytes(key: string, maxBytes: number, options?: GetOptions): Promise<Uint8Array>;
  abstract put(key: string, bytes: Uint8Array, options?: PutOptions): Promise<ObjectHead>;
  /** Streams in parts with memory of a few parts at most; on any error or abort nothing stays behind, open multipart uploads included. */
  abstract upload(key: string, body: AsyncIterable<Uint8Array>, options?: UploadOptions): Promise<UploadResult>;
  /** Server-side copy; ranged part copies above the store's limit for one call. No byte passes through this process. */
  abstract copy(fromKey: string, toKey: string, options?: PutOptions): Promise<ObjectHead>;
  /** Multipart upload of the parts in order, R2's rules checked first (equal parts but the last, 5 MiB at least). */
  abstract compose(toKey: string, parts: readonly ComposePart[], options?: PutOptions): Promise<ObjectHead>;
  /**
   * A new object that begins with the first bytes of another one, copied inside the store, and goes on with bytes of this process: parts by R2's rules. New bytes are held up to 16 MiB and are one part;
   * more are put aside in the staging area and copied from there where `aboutBytes` says that they fit one part, else cut into parts of 16 MiB: memory of four such at most below 80 GB. `rest` is opened
   * once. Errors: `ObjectNotFound` (no such prefix), `CopySourceChanged`, `PartCopyRefused`, `RangeError` (the prefix is below 5 MiB).
   */
  abstract extend(toKey: string, prefix: ObjectPrefix, rest: () => AsyncIterable<Uint8Array>, options?: ExtendOptions): Promise<ObjectHead>;
  /** Absent keys are no error. */
  abstract delete(keys: readonly string[]): Promise<void>;
  /** In key order (UTF-8 bytes). */
  abstract list(prefix: string, signal?: AbortSignal): AsyncIterable<ObjectHead>;
  /** Multipart uploads under the prefix that nobody completed or aborted. */
  abstract openUploads(prefix: string): AsyncIterable<OpenUpload>;
  /** Ends multipart uploads under the prefix that were begun before `olderThan`; answers how many. */
  abstract abortStaleUploads(prefix: string, olderThan: Date): Promise<number>;
  /** One cheap call that fails when the store cannot be used. */
  abstract ping(signal?: AbortSignal): Promise<void>;
}

export interface PresignedUrl {
  readonly url: string;
  readonly expiresAt: Date;
}

export interface PresignedPut extends PresignedUrl {
  /** Signed headers: the client sends exactly these. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Signs URLs by itself (SigV4, query), without a call to the store. At most 3,600 s. Callers check the permission first. */
export abstract class Presigner {
  /** Identical inside a signing window of 15 minutes, and good for at least 15 minutes more. `downloadName` sets the file name of a download. */
  abstract presignGet(key: string, options?: { readonly downloadName?: string; readonly contentType?: string }): PresignedUrl;
  /** For exactly these bytes: size, SHA-256 and `If-None-Match: *` are signed. */
  abstract presignPut(key: string, object: { readonly sizeBytes: number; readonly sha256: string; readonly contentType: string; readonly expiresInSeconds: number }): PresignedPut;
  /** For one part of a multipart upload, of exactly this size; a part may be put again until the upload is completed. */
  abstract presignPart(key: string, part: { readonly uploadId: string; readonly number: number; readonly sizeBytes: number; readonly expiresInSeconds: number }): PresignedPut;
}

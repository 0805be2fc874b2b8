import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type ListMultipartUploadsCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { extendObject } from './extend-object.js';
import { guardedBody } from './guarded-body.js';
import { createdByUs } from './lost-answer.js';
import { inMultipart, type PartSource } from './multipart-session.js';
import {
  ObjectStore,
  type ByteRange,
  type ComposePart,
  type ExtendOptions,
  type GetOptions,
  type ObjectBody,
  type ObjectHead,
  type ObjectPrefix,
  type OpenUpload,
  type PutOptions,
  type UploadOptions,
  type UploadResult,
} from './object-store.port.js';
import { equalParts, MIN_PART_BYTES, partRuleBroken } from './part-plan.js';
import { chunksOf } from './part-chunks.js';
import { createS3Client, DEFAULT_REQUEST_TIMEOUT_MILLISECONDS, type S3ClientOptions } from './s3-client.js';
import { asStoreError, ObjectNotFound, storeError } from './store-errors.js';

export interface S3ObjectStoreOptions extends S3ClientOptions {
  /** Above this size a copy goes in parts. 5 GiB less a part: the limit of one call. */
  readonly copyPartBytes?: number;
}

/** Of an upload: three such parts are in memory. 5 MiB, the least that a store takes: 50 GB in 10,000 parts. */
const DEFAULT_PART_BYTES = 5 * 1024 * 1024;
const DEFAULT_COPY_PART_BYTES = 4 * 1024 * 1024 * 1024;
const DELETE_BATCH = 1_000;

/** S3 or Cloudflare R2 by the AWS SDK, with the settings that both take (design/embedded.md): no checksums but where a call requires one. */
export class S3ObjectStore extends ObjectStore {
  private readonly client: S3Client;
  private readonly patienceMilliseconds: number;
  private readonly bucket: string;

  constructor(private readonly options: S3ObjectStoreOptions) {
    super();
    this.bucket = options.bucket;
    this.client = createS3Client(options);
    this.patienceMilliseconds = options.requestTimeoutMilliseconds ?? DEFAULT_REQUEST_TIMEOUT_MILLISECONDS;
  }

  /** Closes idle connections. */
  close(): void {
    this.client.destroy();
  }

  async head(key: string, signal?: AbortSignal): Promise<ObjectHead | null> {
    const found = await this.headWithType(key, signal);
    return found === null ? null : found.head;
  }

  async get(key: string, options: GetOptions = {}): Promise<ObjectBody> {
    return asStoreError(options.signal, async () => {
      const got = await this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key: key, Range: rangeHeader(options.range) }), { abortSignal: options.signal });
      // In Node the SDK's body is a Readable.
      return { key, body: guardedBody(got.Body as Readable, this.patienceMilliseconds, options.signal), sizeBytes: got.ContentLength ?? 0, etag: got.ETag ?? '', lastModified: got.LastModified ?? new Date(0) };
    });
  }

  async getBytes(key: string, maxBytes: number, options: GetOptions = {}): Promise<Uint8Array> {
    const { body, sizeBytes } = await this.get(key, options);
    if (sizeBytes > maxBytes) {
      body.destroy();
      throw new RangeError(`the object has ${sizeBytes} bytes, more than ${maxBytes}`);
    }
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk as Uint8Array);
    return Buffer.concat(chunks);
  }

  async put(key: string, bytes: Uint8Array, options: PutOptions = {}): Promise<ObjectHead> {
    const IfNoneMatch = options.onlyIfAbsent === true ? '*' : undefined;
    const command = new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: bytes, ContentType: options.contentType, ContentEncoding: options.contentEncoding, IfNoneMatch });
    const made = (etag: string): ObjectHead => ({ key, sizeBytes: bytes.byteLength, etag, lastModified: new Date() });
    return asStoreError(options.signal, async () => {
      try {
        return made((await this.client.send(command, { abortSignal: options.signal })).ETag ?? '');
      } catch (error) {
        const etag = `"${createHash('md5').update(bytes).digest('hex')}"`;
        if (IfNoneMatch !== undefined && (await createdByUs(this.client, { error, bucket: this.bucket, key, etag }))) return made(etag);
        throw error;
      }
    });
  }

  async upload(key: string, body: AsyncIterable<Uint8Array>, options: UploadOptions = {}): Promise<UploadResult> {
    const hash = options.sha256 === undefined ? createHash('sha256') : null;
    const partBytes = Math.max(MIN_PART_BYTES, options.partBytes ?? DEFAULT_PART_BYTES);
    const chunks = chunksOf(body, partBytes);
    const first = await this.nextChunk(chunks, options.signal);
    const second = first === null ? null : await this.nextChunk(chunks, options.signal);
    // One part only: a plain PUT is one call instead of three.
    if (second === null) return this.uploadWhole(key, first ?? new Uint8Array(0), options);
    let sizeBytes = 0;
    const done = await this.inMultipart(key, options, async (uploadPart) => {
      let pending: Uint8Array | null = first;
      let ahead: Uint8Array | null = second;
      while (pending !== null) {
        hash?.update(pending);
        await uploadPart(pending);
        sizeBytes += pending.byteLength;
        options.onProgress?.(sizeBytes);
        pending = ahead;
        ahead = pending === null ? null : await this.nextChunk(chunks, options.signal);
      }
    });
    return { sizeBytes, sha256: options.sha256?.() ?? hash?.digest('hex') ?? '', etag: done };
  }

  async copy(fromKey: string, toKey: string, options: PutOptions = {}): Promise<ObjectHead> {
    const found = await this.headWithType(fromKey, options.signal);
    if (found === null) throw new ObjectNotFound();
    const { sizeBytes } = found.head;
    const typed = { ...options, contentType: options.contentType ?? found.contentType };
    const isLarge = sizeBytes > (this.options.copyPartBytes ?? DEFAULT_COPY_PART_BYTES);
    if (isLarge || options.onlyIfAbsent === true) return this.copyInParts({ fromKey, toKey, sizeBytes, isLarge }, typed);
    return asStoreError(options.signal, async () => {
      const { CopyObjectResult } = await this.client.send(
        new CopyObjectCommand({ Bucket: this.bucket, Key: toKey, CopySource: this.source(fromKey), MetadataDirective: 'REPLACE', ContentType: typed.contentType }),
        { abortSignal: options.signal },
      );
      return { key: toKey, sizeBytes, etag: CopyObjectResult?.ETag ?? '', lastModified: CopyObjectResult?.LastModified ?? new Date() };
    });
  }

  async compose(toKey: string, parts: readonly ComposePart[], options: PutOptions = {}): Promise<ObjectHead> {
    const sizes = parts.map((part) => (part.kind === 'copy' ? part.range.end - part.range.start + 1 : part.bytes.byteLength));
    const broken = partRuleBroken(sizes);
    if (broken !== null) throw new RangeError(`these parts cannot be put together: ${broken}`);
    const etag = await this.inMultipart(toKey, options, async (uploadPart) => {
      for (const part of parts) await uploadPart(part.kind === 'bytes' ? part.bytes : { copySource: this.source(part.key), range: part.range });
    });
    return { key: toKey, sizeBytes: sizes.reduce((sum, size) => sum + size, 0), etag, lastModified: new Date() };
  }

  extend(toKey: string, prefix: ObjectPrefix, rest: () => AsyncIterable<Uint8Array>, options: ExtendOptions = {}): Promise<ObjectHead> {
    return extendObject(this, { toKey, prefix, rest, options, sourceOf: (key) => this.source(key), inMultipart: (work) => this.inMultipart(toKey, options, work) });
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (let at = 0; at < keys.length; at += DELETE_BATCH) {
      const batch = keys.slice(at, at + DELETE_BATCH).map((Key) => ({ Key }));
      const answer = await asStoreError(undefined, () => this.client.send(new DeleteObjectsCommand({ Bucket: this.bucket, Delete: { Objects: batch, Quiet: true } })));
      const failed = answer.Errors?.[0];
      if (failed !== undefined) throw storeError(Object.assign(new Error(failed.Code ?? 'delete failed'), { $metadata: { httpStatusCode: failed.Code === 'AccessDenied' ? 403 : 503 } }));
    }
  }

  async *list(prefix: string, signal?: AbortSignal): AsyncIterable<ObjectHead> {
    let token: string | undefined;
    do {
      const page = await asStoreError(signal, () => this.client.send(new ListObjectsV2Command({ Bucket: this.bucket, Prefix: prefix, ContinuationToken: token }), { abortSignal: signal }));
      for (const object of page.Contents ?? []) {
        yield { key: object.Key ?? '', sizeBytes: object.Size ?? 0, etag: object.ETag ?? '', lastModified: object.LastModified ?? new Date(0) };
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  async *openUploads(prefix: string): AsyncIterable<OpenUpload> {
    let page: ListMultipartUploadsCommandOutput | undefined;
    do {
      const from = { KeyMarker: page?.NextKeyMarker, UploadIdMarker: page?.NextUploadIdMarker };
      page = await asStoreError(undefined, () => this.client.send(new ListMultipartUploadsCommand({ Bucket: this.bucket, Prefix: prefix, ...from })));
      for (const { Key, UploadId, Initiated } of page.Uploads ?? []) yield { key: Key ?? '', uploadId: UploadId ?? '', begunAt: Initiated ?? new Date(0) };
    } while (page.IsTruncated === true && page.NextKeyMarker !== undefined);
  }

  async abortStaleUploads(prefix: string, olderThan: Date): Promise<number> {
    let aborted = 0;
    for await (const { key, uploadId, begunAt } of this.openUploads(prefix)) if (begunAt < olderThan && (await this.abortUpload(key, uploadId))) aborted += 1;
    return aborted;
  }

  async ping(signal?: AbortSignal): Promise<void> {
    await asStoreError(signal, () => this.client.send(new HeadBucketCommand({ Bucket: this.bucket }), { abortSignal: signal }));
  }

  private async uploadWhole(key: string, bytes: Uint8Array, options: UploadOptions): Promise<UploadResult> {
    const put = await this.put(key, bytes, options);
    options.onProgress?.(bytes.byteLength);
    return { sizeBytes: bytes.byteLength, sha256: options.sha256?.() ?? createHash('sha256').update(bytes).digest('hex'), etag: put.etag };
  }

  private async headWithType(key: string, signal?: AbortSignal): Promise<{ readonly head: ObjectHead; readonly contentType: string | undefined } | null> {
    try {
      const got = await this.client.send(new HeadObjectCommand({ Bucket: this.bucket, Key: key }), { abortSignal: signal });
      return { head: { key, sizeBytes: got.ContentLength ?? 0, etag: got.ETag ?? '', lastModified: got.LastModified ?? new Date(0) }, contentType: got.ContentType };
    } catch (error) {
      const mapped = storeError(error, signal);
      if (mapped instanceof ObjectNotFound) return null;
      throw mapped;
    }
  }

  /** For what one CopyObject cannot do on every store: more than 5 GiB, or only where the key is free (R2 knows no such condition for it). */
  private async copyInParts(of: { fromKey: string; toKey: string; sizeBytes: number; isLarge: boolean }, options: PutOptions): Promise<ObjectHead> {
    // An upload has one part at least, and a part of nothing cannot be copied.
    if (of.sizeBytes === 0) return this.put(of.toKey, new Uint8Array(0), options);
    const copySource = this.source(of.fromKey);
    const ranges = of.isLarge ? equalParts(of.sizeBytes, this.options.copyPartBytes ?? DEFAULT_COPY_PART_BYTES) : [undefined];
    const etag = await this.inMultipart(of.toKey, options, async (uploadPart) => {
      for (const range of ranges) await uploadPart({ copySource, range });
    });
    return { key: of.toKey, sizeBytes: of.sizeBytes, etag, lastModified: new Date() };
  }

  private inMultipart(key: string, options: PutOptions, work: (uploadPart: (part: PartSource) => Promise<void>) => Promise<void>): Promise<string> {
    return inMultipart({ client: this.client, bucket: this.bucket, key, options }, work);
  }

  /** False when it had ended by itself meanwhile. */
  private async abortUpload(Key: string | undefined, UploadId: string | undefined): Promise<boolean> {
    try {
      await asStoreError(undefined, () => this.client.send(new AbortMultipartUploadCommand({ Bucket: this.bucket, Key, UploadId })));
      return true;
    } catch (error) {
      if (error instanceof ObjectNotFound) return false;
      throw error;
    }
  }

  private source(key: string): string {
    return `${this.bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
  }

  private async nextChunk(chunks: AsyncIterator<Uint8Array>, signal?: AbortSignal): Promise<Uint8Array | null> {
    signal?.throwIfAborted();
    const next = await chunks.next();
    return next.done === true ? null : next.value;
  }
}

function rangeHeader(range: ByteRange | undefined): string | undefined {
  return range === undefined ? undefined : `bytes=${range.start}-${range.end ?? ''}`;
}

import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import {
  ObjectStore,
  type ByteRange,
  type ComposePart,
  type GetOptions,
  type ObjectBody,
  type ObjectHead,
  type PutOptions,
  type UploadOptions,
  type UploadResult,
} from './object-store.port.js';
import { equalParts, MIN_PART_BYTES, partRuleBroken } from './part-plan.js';
import { chunksOf } from './part-chunks.js';
import { ObjectNotFound, storeError } from './store-errors.js';

export interface S3ObjectStoreOptions {
  /** Absent: AWS by region. */
  readonly endpoint?: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Tries of one call in all, with growing random pauses. 4. */
  readonly maxAttempts?: number;
  /** A store that says nothing for so long is away. 15 s: R2 has been seen to take 10 s for a Complete. */
  readonly requestTimeoutMilliseconds?: number;
  /** Above this size a copy goes in parts. 5 GiB less a part: the limit of one call. */
  readonly copyPartBytes?: number;
}

const CONNECT_TIMEOUT_MILLISECONDS = 5_000;
/** Of an upload: two such parts are in memory at most. 8 MiB: 80 GB in 10,000 parts. */
const DEFAULT_PART_BYTES = 8 * 1024 * 1024;
const DEFAULT_COPY_PART_BYTES = 4 * 1024 * 1024 * 1024;
const DELETE_BATCH = 1_000;

/** S3 or Cloudflare R2 by the AWS SDK, with the settings that both take (design/embedded.md): no checksums but where a call requires one. */
export class S3ObjectStore extends ObjectStore {
  private readonly client: S3Client;
  private readonly bucket: string;

  constructor(private readonly options: S3ObjectStoreOptions) {
    super();
    this.bucket = options.bucket;
    this.client = new S3Client({
      ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
      region: options.region,
      credentials: { accessKeyId: options.accessKeyId, secretAccessKey: options.secretAccessKey },
      forcePathStyle: true,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      maxAttempts: options.maxAttempts ?? 4,
      requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MILLISECONDS, requestTimeout: options.requestTimeoutMilliseconds ?? 15_000, throwOnRequestTimeout: true },
    });
  }

  /** Closes idle connections. */
  close(): void {
    this.client.destroy();
  }

  async head(key: string, signal?: AbortSignal): Promise<ObjectHead | null> {
    try {
      const head = await this.client.send(new HeadObjectCommand({ Bucket: this.bucket, Key: key }), { abortSignal: signal });
      return { key, sizeBytes: head.ContentLength ?? 0, etag: head.ETag ?? '', lastModified: head.LastModified ?? new Date(0) };
    } catch (error) {
      const mapped = storeError(error, signal);
      if (mapped instanceof ObjectNotFound) return null;
      throw mapped;
    }
  }

  async get(key: string, options: GetOptions = {}): Promise<ObjectBody> {
    return this.guarded(options.signal, async () => {
      const got = await this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key: key, Range: rangeHeader(options.range) }), { abortSignal: options.signal });
      // In Node the SDK's body is a Readable.
      return { key, body: got.Body as Readable, sizeBytes: got.ContentLength ?? 0, etag: got.ETag ?? '', lastModified: got.LastModified ?? new Date(0) };
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
    return this.guarded(options.signal, async () => {
      const put = await this.client.send(
        new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: bytes, ContentType: options.contentType, IfNoneMatch: options.onlyIfAbsent === true ? '*' : undefined }),
        { abortSignal: options.signal },
      );
      return { key, sizeBytes: bytes.byteLength, etag: put.ETag ?? '', lastModified: new Date() };
    });
  }

  async upload(key: string, body: AsyncIterable<Uint8Array>, options: UploadOptions = {}): Promise<UploadResult> {
    const hash = createHash('sha256');
    const partBytes = Math.max(MIN_PART_BYTES, options.partBytes ?? DEFAULT_PART_BYTES);
    const chunks = chunksOf(body, partBytes);
    const first = await this.nextChunk(chunks, options.signal);
    const second = first === null ? null : await this.nextChunk(chunks, options.signal);
    // One part only: a plain PUT is one call instead of three.
    if (second === null) return this.uploadWhole(key, first ?? new Uint8Array(0), options);
    let sizeBytes = 0;
    const done = await this.multipart(key, options, async (uploadPart) => {
      let pending: Uint8Array | null = first;
      let ahead: Uint8Array | null = second;
      while (pending !== null) {
        hash.update(pending);
        await uploadPart(pending);
        sizeBytes += pending.byteLength;
        options.onProgress?.(sizeBytes);
        pending = ahead;
        ahead = pending === null ? null : await this.nextChunk(chunks, options.signal);
      }
    });
    return { sizeBytes, sha256: hash.digest('hex'), etag: done };
  }

  async copy(fromKey: string, toKey: string, options: PutOptions = {}): Promise<ObjectHead> {
    const source = await this.head(fromKey, options.signal);
    if (source === null) throw new ObjectNotFound();
    const partBytes = this.options.copyPartBytes ?? DEFAULT_COPY_PART_BYTES;
    if (source.sizeBytes > partBytes) {
      const parts = equalParts(source.sizeBytes, partBytes).map((range): ComposePart => ({ kind: 'copy', key: fromKey, range }));
      return this.compose(toKey, parts, options);
    }
    return this.guarded(options.signal, async () => {
      const copied = await this.client.send(
        new CopyObjectCommand({ Bucket: this.bucket, Key: toKey, CopySource: this.source(fromKey), MetadataDirective: 'REPLACE', ContentType: options.contentType }),
        { abortSignal: options.signal },
      );
      return { key: toKey, sizeBytes: source.sizeBytes, etag: copied.CopyObjectResult?.ETag ?? '', lastModified: copied.CopyObjectResult?.LastModified ?? new Date() };
    });
  }

  async compose(toKey: string, parts: readonly ComposePart[], options: PutOptions = {}): Promise<ObjectHead> {
    const sizes = parts.map((part) => (part.kind === 'copy' ? part.range.end - part.range.start + 1 : part.bytes.byteLength));
    const broken = partRuleBroken(sizes);
    if (broken !== null) throw new RangeError(`these parts cannot be put together: ${broken}`);
    const etag = await this.multipart(toKey, options, async (uploadPart) => {
      for (const part of parts) await uploadPart(part.kind === 'bytes' ? part.bytes : part);
    });
    return { key: toKey, sizeBytes: sizes.reduce((sum, size) => sum + size, 0), etag, lastModified: new Date() };
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (let at = 0; at < keys.length; at += DELETE_BATCH) {
      const batch = keys.slice(at, at + DELETE_BATCH).map((Key) => ({ Key }));
      const answer = await this.guarded(undefined, () => this.client.send(new DeleteObjectsCommand({ Bucket: this.bucket, Delete: { Objects: batch, Quiet: true } })));
      const failed = answer.Errors?.[0];
      if (failed !== undefined) throw storeError(Object.assign(new Error(failed.Code ?? 'delete failed'), { $metadata: { httpStatusCode: failed.Code === 'AccessDenied' ? 403 : 503 } }));
    }
  }

  async *list(prefix: string, signal?: AbortSignal): AsyncIterable<ObjectHead> {
    let token: string | undefined;
    do {
      const page = await this.guarded(signal, () => this.client.send(new ListObjectsV2Command({ Bucket: this.bucket, Prefix: prefix, ContinuationToken: token }), { abortSignal: signal }));
      for (const object of page.Contents ?? []) {
        yield { key: object.Key ?? '', sizeBytes: object.Size ?? 0, etag: object.ETag ?? '', lastModified: object.LastModified ?? new Date(0) };
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  async abortStaleUploads(prefix: string, olderThan: Date): Promise<number> {
    const page = await this.guarded(undefined, () => this.client.send(new ListMultipartUploadsCommand({ Bucket: this.bucket, Prefix: prefix })));
    const stale = (page.Uploads ?? []).filter((upload) => upload.Key !== undefined && upload.UploadId !== undefined && (upload.Initiated ?? new Date(0)) < olderThan);
    for (const upload of stale) await this.client.send(new AbortMultipartUploadCommand({ Bucket: this.bucket, Key: upload.Key, UploadId: upload.UploadId })).catch(() => undefined);
    return stale.length;
  }

  async ping(signal?: AbortSignal): Promise<void> {
    await this.guarded(signal, () => this.client.send(new HeadBucketCommand({ Bucket: this.bucket }), { abortSignal: signal }));
  }

  private async uploadWhole(key: string, bytes: Uint8Array, options: UploadOptions): Promise<UploadResult> {
    const put = await this.put(key, bytes, options);
    options.onProgress?.(bytes.byteLength);
    return { sizeBytes: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest('hex'), etag: put.etag };
  }

  /** A multipart upload that is completed or aborted, never left open. Answers the ETag. */
  private async multipart(key: string, options: PutOptions, work: (uploadPart: (part: Uint8Array | Extract<ComposePart, { kind: 'copy' }>) => Promise<void>) => Promise<void>): Promise<string> {
    const { signal } = options;
    const begun = await this.guarded(signal, () => this.client.send(new CreateMultipartUploadCommand({ Bucket: this.bucket, Key: key, ContentType: options.contentType }), { abortSignal: signal }));
    const target = { Bucket: this.bucket, Key: key, UploadId: begun.UploadId };
    const parts: { ETag: string | undefined; PartNumber: number }[] = [];
    try {
      await work(async (part) => {
        signal?.throwIfAborted();
        const PartNumber = parts.length + 1;
        const ETag = await this.guarded(signal, () => (part instanceof Uint8Array ? this.sendPart({ ...target, PartNumber }, part, signal) : this.copyPart({ ...target, PartNumber }, part, signal)));
        parts.push({ ETag, PartNumber });
      });
      const done = await this.guarded(signal, () =>
        this.client.send(new CompleteMultipartUploadCommand({ ...target, MultipartUpload: { Parts: parts }, IfNoneMatch: options.onlyIfAbsent === true ? '*' : undefined }), { abortSignal: signal }),
      );
      return done.ETag ?? '';
    } catch (error) {
      await this.client.send(new AbortMultipartUploadCommand(target)).catch(() => undefined);
      throw error;
    }
  }

  private async sendPart(target: { Bucket: string; Key: string; UploadId: string | undefined; PartNumber: number }, bytes: Uint8Array, signal?: AbortSignal): Promise<string | undefined> {
    return (await this.client.send(new UploadPartCommand({ ...target, Body: bytes }), { abortSignal: signal })).ETag;
  }

  private async copyPart(target: { Bucket: string; Key: string; UploadId: string | undefined; PartNumber: number }, part: Extract<ComposePart, { kind: 'copy' }>, signal?: AbortSignal): Promise<string | undefined> {
    const CopySourceRange = `bytes=${part.range.start}-${part.range.end}`;
    return (await this.client.send(new UploadPartCopyCommand({ ...target, CopySource: this.source(part.key), CopySourceRange }), { abortSignal: signal })).CopyPartResult?.ETag;
  }

  private source(key: string): string {
    return `${this.bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
  }

  private async nextChunk(chunks: AsyncIterator<Uint8Array>, signal?: AbortSignal): Promise<Uint8Array | null> {
    signal?.throwIfAborted();
    const next = await chunks.next();
    return next.done === true ? null : next.value;
  }

  private async guarded<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw storeError(error, signal);
    }
  }
}

function rangeHeader(range: ByteRange | undefined): string | undefined {
  return range === undefined ? undefined : `bytes=${range.start}-${range.end ?? ''}`;
}

import { createHash } from 'node:crypto';
import { AbortMultipartUploadCommand, CompleteMultipartUploadCommand, CreateMultipartUploadCommand, UploadPartCommand, UploadPartCopyCommand, type S3Client } from '@aws-sdk/client-s3';
import type { ByteRange, PutOptions } from './object-store.port.js';
import { createdByUs } from './lost-answer.js';
import { asStoreError, CopySourceChanged, PartCopyRefused } from './store-errors.js';

/** Bytes of this process, or of another object (without a range: all of it, of any size; `ifMatch`: while it has this ETag). */
export type PartSource = Uint8Array | { readonly copySource: string; readonly range?: Required<ByteRange>; readonly ifMatch?: string };

interface Target {
  readonly client: S3Client;
  readonly bucket: string;
  readonly key: string;
  readonly options: PutOptions;
}

/** A multipart upload that is completed or aborted, never left open. `work` gives the parts in their order, and need not wait for one before the next; its own errors come out as they are. Answers the ETag. */
export async function inMultipart(at: Target, work: (uploadPart: (part: PartSource) => Promise<void>) => Promise<void>): Promise<string> {
  const { client, options } = at;
  const { signal } = options;
  const object = { Bucket: at.bucket, Key: at.key };
  const { UploadId } = await asStoreError(signal, () => client.send(new CreateMultipartUploadCommand({ ...object, ContentType: options.contentType, ContentEncoding: options.contentEncoding }), { abortSignal: signal }));
  const upload = { ...object, UploadId };
  const parts: { ETag: string; PartNumber: number }[] = [];
  let given = 0;
  try {
    await work(async (part) => {
      signal?.throwIfAborted();
      given += 1;
      const PartNumber = given;
      const ETag = await asStoreError(signal, () => sendPart(client, { ...upload, PartNumber }, part, signal));
      parts.push({ ETag, PartNumber });
    });
    return await asStoreError(signal, () => complete(at, upload, parts.sort((a, b) => a.PartNumber - b.PartNumber)));
  } catch (error) {
    await client.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
    throw error;
  }
}

async function sendPart(client: S3Client, part: { Bucket: string; Key: string; UploadId: string | undefined; PartNumber: number }, source: PartSource, signal?: AbortSignal): Promise<string> {
  if (source instanceof Uint8Array) return (await client.send(new UploadPartCommand({ ...part, Body: source }), { abortSignal: signal })).ETag ?? '';
  const CopySourceRange = source.range === undefined ? undefined : `bytes=${source.range.start}-${source.range.end}`;
  try {
    return (await client.send(new UploadPartCopyCommand({ ...part, CopySource: source.copySource, CopySourceRange, CopySourceIfMatch: source.ifMatch }), { abortSignal: signal })).CopyPartResult?.ETag ?? '';
  } catch (error) {
    throw refusal(error) ?? error;
  }
}

/** The store knows no such call, or does not take this one, or the source is another one now; null: none of these. */
function refusal(error: unknown): PartCopyRefused | CopySourceChanged | null {
  const facts = error as { name?: string; $metadata?: { httpStatusCode?: number } } | null;
  const status = facts?.$metadata?.httpStatusCode;
  if (status === 412) return new CopySourceChanged(error);
  const isOfStore = status === 501 || status === 405 || facts?.name === 'NotImplemented';
  return isOfStore || status === 400 ? new PartCopyRefused(isOfStore, error) : null;
}

async function complete({ client, bucket, key, options }: Target, upload: { Bucket: string; Key: string; UploadId: string | undefined }, parts: { ETag: string; PartNumber: number }[]): Promise<string> {
  const IfNoneMatch = options.onlyIfAbsent === true ? '*' : undefined;
  try {
    const done = await client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: parts }, IfNoneMatch }), { abortSignal: options.signal });
    return done.ETag ?? '';
  } catch (error) {
    const etag = etagOfParts(parts.map((part) => part.ETag));
    if (await createdByUs(client, { error, bucket, key, etag })) return etag;
    throw error;
  }
}

/** As S3 and R2 form it. Source: AWS, "Checking object integrity", ETag of multipart uploads. */
export function etagOfParts(etags: readonly string[]): string {
  const bytes = Buffer.concat(etags.map((etag) => Buffer.from(etag.replaceAll('"', ''), 'hex')));
  return `"${createHash('md5').update(bytes).digest('hex')}-${etags.length}"`;
}

import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListPartsCommand,
  type ListPartsCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { createdByUs } from './lost-answer.js';
import { etagOfParts } from './multipart-session.js';
import { MultipartUploads, type UploadedPart } from './multipart-uploads.port.js';
import type { ObjectHead } from './object-store.port.js';
import { createS3Client, type S3ClientOptions } from './s3-client.js';
import { asStoreError, ObjectNotFound } from './store-errors.js';

/** S3 or R2 by the AWS SDK. */
export class S3MultipartUploads extends MultipartUploads {
  private readonly client: S3Client;

  constructor(private readonly options: S3ClientOptions) {
    super();
    this.client = createS3Client(options);
  }

  /** Closes idle connections. */
  close(): void {
    this.client.destroy();
  }

  async begin(key: string, contentType: string): Promise<string> {
    const begun = await asStoreError(undefined, () => this.client.send(new CreateMultipartUploadCommand({ Bucket: this.options.bucket, Key: key, ContentType: contentType })));
    return begun.UploadId ?? '';
  }

  async parts(key: string, uploadId: string): Promise<readonly UploadedPart[]> {
    const parts: UploadedPart[] = [];
    let page: ListPartsCommandOutput | undefined;
    do {
      const from = { PartNumberMarker: page?.NextPartNumberMarker };
      page = await asStoreError(undefined, () => this.client.send(new ListPartsCommand({ ...this.at(key, uploadId), ...from })));
      for (const part of page.Parts ?? []) parts.push({ number: part.PartNumber ?? 0, sizeBytes: part.Size ?? 0, etag: part.ETag ?? '' });
    } while (page.IsTruncated === true && page.NextPartNumberMarker !== undefined);
    return parts;
  }

  async complete(key: string, uploadId: string, parts: readonly UploadedPart[]): Promise<ObjectHead> {
    const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
    const made = (etag: string): ObjectHead => ({ key, sizeBytes, etag, lastModified: new Date() });
    const Parts = parts.map((part) => ({ PartNumber: part.number, ETag: part.etag }));
    return asStoreError(undefined, async () => {
      try {
        return made((await this.client.send(new CompleteMultipartUploadCommand({ ...this.at(key, uploadId), MultipartUpload: { Parts }, IfNoneMatch: '*' }))).ETag ?? '');
      } catch (error) {
        const etag = etagOfParts(parts.map((part) => part.etag));
        if (await createdByUs(this.client, { error, bucket: this.options.bucket, key, etag })) return made(etag);
        throw error;
      }
    });
  }

  async abort(key: string, uploadId: string): Promise<void> {
    try {
      await asStoreError(undefined, () => this.client.send(new AbortMultipartUploadCommand(this.at(key, uploadId))));
    } catch (error) {
      if (!(error instanceof ObjectNotFound)) throw error;
    }
  }

  private at(Key: string, UploadId: string): { Bucket: string; Key: string; UploadId: string } {
    return { Bucket: this.options.bucket, Key, UploadId };
  }
}

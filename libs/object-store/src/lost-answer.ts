import { HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';

/** Refusals that a repeated create gets when the first try had been done and only its answer was lost. */
const AFTER_SUCCESS = new Set([404, 409, 412]);

/**
 * True when a create was refused after more than one try and the key holds exactly the object that was to be made: then the first try made it.
 * By the ETag, so that it stays a conflict where a store forms ETags in another way (encrypted buckets).
 */
export async function createdByUs(client: S3Client, of: { readonly error: unknown; readonly bucket: string; readonly key: string; readonly etag: string }): Promise<boolean> {
  const { attempts, httpStatusCode } = (of.error as { $metadata?: { attempts?: number; httpStatusCode?: number } } | null)?.$metadata ?? {};
  if ((attempts ?? 1) < 2 || !AFTER_SUCCESS.has(httpStatusCode ?? 0)) return false;
  const head = await client.send(new HeadObjectCommand({ Bucket: of.bucket, Key: of.key })).catch(() => null);
  return head?.ETag === of.etag;
}

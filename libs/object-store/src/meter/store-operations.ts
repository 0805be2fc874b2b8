/**
 * Calls of S3 that the product makes, in the class that R2 bills them in. Source: Cloudflare, "R2 pricing", Class A / Class B / Free operations
 * (developers.cloudflare.com/r2/pricing). `DeleteObjects` stands in none of its lists; it is counted like `DeleteObject`.
 */
export const OPERATION_CLASSES = {
  PutObject: 'A',
  CopyObject: 'A',
  CreateMultipartUpload: 'A',
  UploadPart: 'A',
  UploadPartCopy: 'A',
  CompleteMultipartUpload: 'A',
  ListObjectsV2: 'A',
  ListMultipartUploads: 'A',
  ListParts: 'A',
  ListBuckets: 'A',
  CreateBucket: 'A',
  PutBucketCors: 'A',
  GetObject: 'B',
  HeadObject: 'B',
  HeadBucket: 'B',
  GetBucketCors: 'B',
  GetBucketLocation: 'B',
  DeleteObject: 'free',
  DeleteObjects: 'free',
  AbortMultipartUpload: 'free',
} as const;

export type StoreOperation = keyof typeof OPERATION_CLASSES;
export type OperationClass = (typeof OPERATION_CLASSES)[StoreOperation];

export const isStoreOperation = (name: string): name is StoreOperation => Object.hasOwn(OPERATION_CLASSES, name);

/** Which call a raw request is, by method and query as S3 tells them apart; null: none that the product makes. */
export function operationOfRequest(method: string, target: string, copies = false): StoreOperation | null {
  const url = new URL(target, 'http://store');
  const has = (name: string): boolean => url.searchParams.has(name);
  return url.pathname.split('/').slice(2).join('') === '' ? bucketOperation(method, has) : objectOperation(method, has, copies);
}

function bucketOperation(method: string, has: (name: string) => boolean): StoreOperation | null {
  switch (method) {
    case 'GET':
      return listingOf(has);
    case 'HEAD':
      return 'HeadBucket';
    case 'PUT':
      return has('cors') ? 'PutBucketCors' : 'CreateBucket';
    case 'POST':
      return has('delete') ? 'DeleteObjects' : null;
    default:
      return null;
  }
}

function objectOperation(method: string, has: (name: string) => boolean, copies: boolean): StoreOperation | null {
  switch (method) {
    case 'GET':
      return has('uploadId') ? 'ListParts' : 'GetObject';
    case 'HEAD':
      return 'HeadObject';
    case 'PUT':
      return writeOf(has('uploadId'), copies);
    case 'POST':
      return has('uploads') ? 'CreateMultipartUpload' : has('uploadId') ? 'CompleteMultipartUpload' : null;
    case 'DELETE':
      return has('uploadId') ? 'AbortMultipartUpload' : 'DeleteObject';
    default:
      return null;
  }
}

function listingOf(has: (name: string) => boolean): StoreOperation {
  if (has('location')) return 'GetBucketLocation';
  if (has('cors')) return 'GetBucketCors';
  return has('uploads') ? 'ListMultipartUploads' : 'ListObjectsV2';
}

const writeOf = (isPart: boolean, copies: boolean): StoreOperation => (isPart ? (copies ? 'UploadPartCopy' : 'UploadPart') : copies ? 'CopyObject' : 'PutObject');

import type { IncomingMessage } from 'node:http';
import { listObjects } from './list-operations.js';
import { abortUpload, completeUpload, createUpload, listParts, listUploads, uploadPart, uploadPartCopy } from './multipart-operations.js';
import { copyObject, deleteObject, deleteObjects, gather, getObject, putObject } from './object-operations.js';
import { corsDocument, corsIsUsable, corsRules } from './cors.js';
import { payloadOf } from './payload.js';
import { S3Error } from './s3-error.js';
import { sendXml, type Exchange, type StoreContext } from './store-context.js';
import { xmlDocument } from './xml.js';

export interface Operation {
  readonly name: string;
  readonly writes: boolean;
  readonly run: (context: StoreContext, exchange: Exchange) => void | Promise<void>;
}

const MAX_CORS_BYTES = 64_000;
const read = (name: string, run: Operation['run']): Operation => ({ name, writes: false, run });
const write = (name: string, run: Operation['run']): Operation => ({ name, writes: true, run });

/** Which call of S3 this is: by method, query and what the path names. */
export function operationOf(request: IncomingMessage, url: URL, at: { readonly bucket: string; readonly key: string }): Operation {
  const found = at.bucket === '' ? serviceOperation(request) : at.key === '' ? bucketOperation(request, url) : objectOperation(request, url);
  if (found === null) throw new S3Error('NotImplemented', 'This call is not known here.');
  return found;
}

function serviceOperation(request: IncomingMessage): Operation | null {
  if (request.method !== 'GET') return null;
  return read('ListBuckets', (context, { response }) => sendXml(response, 200, xmlDocument('ListAllMyBucketsResult', { Buckets: { Bucket: { Name: context.bucket } } })));
}

function bucketOperation(request: IncomingMessage, url: URL): Operation | null {
  const has = (name: string): boolean => url.searchParams.has(name);
  switch (request.method) {
    case 'HEAD':
      return read('HeadBucket', (_, { response }) => void response.writeHead(200).end());
    case 'GET':
      return bucketRead(has);
    case 'POST':
      return has('delete') ? write('DeleteObjects', deleteObjects) : null;
    case 'PUT':
      return bucketWrite(url);
    default:
      return null;
  }
}

function bucketRead(has: (name: string) => boolean): Operation | null {
  if (has('location')) return read('GetBucketLocation', (_, { response }) => sendXml(response, 200, xmlDocument('LocationConstraint', {})));
  if (has('uploads')) return read('ListMultipartUploads', listUploads);
  if (has('cors')) return read('GetBucketCors', getCors);
  return ['acl', 'policy', 'versioning'].some(has) ? null : read('ListObjectsV2', listObjects);
}

function bucketWrite(url: URL): Operation | null {
  if (url.searchParams.has('cors')) return write('PutBucketCors', putCors);
  // The one bucket is there already.
  const plain = [...url.searchParams.keys()].every((name) => name.startsWith('X-Amz-') || name === 'x-id');
  return plain ? write('CreateBucket', (_, { response }) => void response.writeHead(200, { 'content-length': 0 }).end()) : null;
}

async function putCors(context: StoreContext, { request, response, url, signed }: Exchange): Promise<void> {
  const rules = corsRules((await gather(payloadOf(request, url, signed), MAX_CORS_BYTES)).toString('utf8'));
  if (!corsIsUsable(rules)) throw new S3Error('MalformedXML', 'The CORS document has no usable rule.');
  await context.cors.set(rules);
  response.writeHead(200, { 'content-length': 0 }).end();
}

function getCors(context: StoreContext, { response }: Exchange): void {
  if (!context.cors.rules.some((rule) => rule.origins.length > 0)) throw new S3Error('NoSuchCORSConfiguration', 'The bucket has no CORS rule.');
  sendXml(response, 200, corsDocument(context.cors.rules));
}

function objectOperation(request: IncomingMessage, url: URL): Operation | null {
  const has = (name: string): boolean => url.searchParams.has(name);
  if (['acl', 'tagging', 'versionId', 'retention'].some(has)) return null;
  switch (request.method) {
    case 'GET':
      return has('uploadId') ? read('ListParts', listParts) : read('GetObject', getObject);
    case 'HEAD':
      return read('HeadObject', getObject);
    case 'PUT':
      return putOperation(has('uploadId'), request.headers['x-amz-copy-source'] !== undefined);
    case 'POST':
      if (has('uploads')) return write('CreateMultipartUpload', createUpload);
      return has('uploadId') ? write('CompleteMultipartUpload', completeUpload) : null;
    case 'DELETE':
      return has('uploadId') ? write('AbortMultipartUpload', abortUpload) : write('DeleteObject', deleteObject);
    default:
      return null;
  }
}

function putOperation(isPart: boolean, copies: boolean): Operation {
  if (isPart) return copies ? write('UploadPartCopy', uploadPartCopy) : write('UploadPart', uploadPart);
  return copies ? write('CopyObject', copyObject) : write('PutObject', putObject);
}

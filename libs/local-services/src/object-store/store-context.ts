import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BucketCors } from './bucket-cors.js';
import type { BlobFiles } from './blob-files.js';
import type { KeyLocks } from './key-locks.js';
import type { ObjectCatalogue } from './object-catalogue.js';
import type { SignedRequest } from './signature.js';

/** Parts of the server that operations work on. */
export interface StoreContext {
  readonly bucket: string;
  readonly catalogue: ObjectCatalogue;
  readonly blobs: BlobFiles;
  readonly locks: KeyLocks;
  readonly cors: BucketCors;
  /** R2's rules for multipart uploads: parts but the last are equal. */
  readonly strictR2: boolean;
}

/** One request, verified. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly key: string;
  readonly signed: SignedRequest;
}

/** Largest object of one PUT, as S3 has it. */
export const MAX_PUT_BYTES = 5 * 1024 ** 3;
/** Of a key, in UTF-8. */
export const MAX_KEY_BYTES = 1_024;

const KEPT = ['content-type', 'content-disposition', 'content-encoding', 'content-language', 'cache-control', 'expires'];

/** The headers of a write that the object gives back. */
export function keptHeaders(request: IncomingMessage): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (!KEPT.includes(name) && !name.startsWith('x-amz-meta-')) continue;
    const text = Array.isArray(value) ? value.join(',') : String(value);
    // The framing of the transfer is not a property of the object.
    const clean = name === 'content-encoding' ? text.split(',').map((one) => one.trim()).filter((one) => one !== 'aws-chunked').join(',') : text;
    if (clean !== '') kept[name] = clean;
  }
  return kept;
}

export function sendXml(response: ServerResponse, status: number, xml: string): void {
  response.writeHead(status, { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(xml) });
  response.end(xml);
}

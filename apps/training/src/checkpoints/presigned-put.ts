import { createReadStream } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream/promises';

export interface PresignedPutRequest {
  readonly url: string;
  /** Sent as they are. */
  readonly headers: Readonly<Record<string, string>>;
  readonly path: string;
  readonly sizeBytes: number;
  readonly signal: AbortSignal;
  /** A store that takes or says nothing for so long is away. */
  readonly idleMilliseconds: number;
}

/** `stored`, `taken` (412: the key holds an object), `refused` (401, 403: the address ran out; other 4xx: the request), else `again`. */
export interface PutOutcome {
  readonly kind: 'stored' | 'taken' | 'refused' | 'again';
  readonly status: number;
}

/** Of the 4xx those that pass: a timeout, a write to the same key in progress, too many requests. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 409, 425, 429]);

/** Streams a file to a presigned address. Not `fetch`: it would send a stream without the length that is signed. Throws on a broken connection. */
export async function putFile(put: PresignedPutRequest): Promise<PutOutcome> {
  const url = new URL(put.url);
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const request = send(url, { method: 'PUT', headers: { ...put.headers, 'content-length': put.sizeBytes }, signal: put.signal });
  request.setTimeout(put.idleMilliseconds, () => request.destroy(new Error('the store does not take the upload')));
  const answered = new Promise<IncomingMessage>((resolve, reject) => request.once('response', resolve).once('error', reject));
  const sending = pipeline(createReadStream(put.path), request);
  // The store may answer before it took everything (412, 403); the answer counts then, not the broken sending.
  sending.catch(() => undefined);
  const response = await answered;
  const status = response.statusCode ?? 0;
  response.resume();
  if (status >= 200 && status < 300) {
    await sending;
    return { kind: 'stored', status };
  }
  request.destroy();
  if (status === 412) return { kind: 'taken', status };
  const isRefused = status >= 400 && status < 500 && !PASSING_STATUSES.has(status);
  return { kind: isRefused ? 'refused' : 'again', status };
}

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { S3Error } from './s3-error.js';

export interface StoreCredential {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly mode: 'read-write' | 'read-only';
}

export interface SignedRequest {
  readonly credential: StoreCredential;
  /** As it went into the signature: a hash, `UNSIGNED-PAYLOAD`, or a streaming mode. */
  readonly payloadHash: string;
  readonly presigned: boolean;
}

/** What the signature covers of a request. */
interface SignedParts {
  readonly accessKeyId: string;
  readonly credentialScope: string;
  readonly date: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly payloadHash: string;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const SKEW_MILLISECONDS = 15 * 60_000;
const MAX_EXPIRES_SECONDS = 604_800;
/** Headers of a presigned request that may go unsigned: they change nothing. */
const HARMLESS = new Set(['x-amz-content-sha256', 'x-amz-date', 'x-amz-user-agent', 'x-amz-checksum-mode']);

/** Verifies Signature Version 4, by header or by query. Throws the S3Error that AWS would answer. */
export function verifySignature(request: IncomingMessage, url: URL, options: { readonly credentials: readonly StoreCredential[]; readonly now: Date }): SignedRequest {
  const presigned = url.searchParams.has('X-Amz-Signature') || url.searchParams.has('X-Amz-Algorithm');
  const parts = presigned ? partsOfQuery(url, options.now) : partsOfHeader(request, options.now);
  const credential = options.credentials.find((one) => one.accessKeyId === parts.accessKeyId);
  if (credential === undefined) throw new S3Error('InvalidAccessKeyId', 'The access key is not known here.');
  const expected = Buffer.from(sign(request, url, { parts, credential }));
  const given = Buffer.from(parts.signature);
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) throw new S3Error('SignatureDoesNotMatch', 'The signature does not match the request.');
  if (presigned) refuseUnsignedEffects(request, parts.signedHeaders);
  return { credential, payloadHash: parts.payloadHash, presigned };
}

function partsOfQuery(url: URL, now: Date): SignedParts {
  const get = (name: string): string => {
    const value = url.searchParams.get(name);
    if (value === null) throw new S3Error('AccessDenied', `The presigned URL lacks ${name}.`);
    return value;
  };
  if (get('X-Amz-Algorithm') !== ALGORITHM) throw new S3Error('AccessDenied', 'The algorithm is not known.');
  const expires = Number(get('X-Amz-Expires'));
  if (!Number.isInteger(expires) || expires < 1 || expires > MAX_EXPIRES_SECONDS) throw new S3Error('AccessDenied', 'X-Amz-Expires is out of range.');
  const date = get('X-Amz-Date');
  const signed = timeOf(date);
  if (signed - SKEW_MILLISECONDS > now.getTime()) throw new S3Error('AccessDenied', 'The URL is not valid yet.');
  if (signed + expires * 1000 < now.getTime()) throw new S3Error('AccessDenied', 'Request has expired');
  return {
    ...credentialOf(get('X-Amz-Credential'), date),
    date,
    signedHeaders: get('X-Amz-SignedHeaders').split(';'),
    signature: get('X-Amz-Signature'),
    payloadHash: url.searchParams.get('X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD',
  };
}

function partsOfHeader(request: IncomingMessage, now: Date): SignedParts {
  const header = request.headers.authorization;
  if (header === undefined) throw new S3Error('AccessDenied', 'The request is not signed.');
  const match = /^AWS4-HMAC-SHA256 Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/.exec(header);
  const date = headerText(request, 'x-amz-date');
  if (match === null || date === undefined) throw new S3Error('AuthorizationHeaderMalformed', 'The authorization header cannot be read.');
  if (Math.abs(timeOf(date) - now.getTime()) > SKEW_MILLISECONDS) throw new S3Error('RequestTimeTooSkewed', 'The clocks differ by more than 15 minutes.');
  return {
    ...credentialOf(match[1] ?? '', date),
    date,
    signedHeaders: (match[2] ?? '').split(';'),
    signature: match[3] ?? '',
    payloadHash: headerText(request, 'x-amz-content-sha256') ?? createHash('sha256').update('').digest('hex'),
  };
}

function credentialOf(text: string, date: string): { accessKeyId: string; credentialScope: string } {
  const [accessKeyId, day, region, service, end] = text.split('/');
  if (accessKeyId === undefined || region === undefined || service !== 's3' || end !== 'aws4_request' || day !== date.slice(0, 8)) {
    throw new S3Error('AuthorizationHeaderMalformed', 'The credential scope cannot be used.');
  }
  return { accessKeyId, credentialScope: `${day}/${region}/s3/aws4_request` };
}

function timeOf(date: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date);
  if (match === null) throw new S3Error('AccessDenied', 'The date cannot be read.');
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
}

function sign(request: IncomingMessage, url: URL, by: { parts: SignedParts; credential: StoreCredential }): string {
  const { parts, credential } = by;
  const headers = parts.signedHeaders.map((name) => `${name}:${(headerText(request, name) ?? '').trim().replaceAll(/ +/g, ' ')}`);
  const canonical = [request.method ?? '', canonicalPath(request.url ?? '/'), canonicalQuery(url), ...headers, '', parts.signedHeaders.join(';'), parts.payloadHash].join('\n');
  const text = [ALGORITHM, parts.date, parts.credentialScope, createHash('sha256').update(canonical).digest('hex')].join('\n');
  const [day, region] = parts.credentialScope.split('/');
  const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest();
  const key = hmac(hmac(hmac(hmac(`AWS4${credential.secretAccessKey}`, day ?? ''), region ?? ''), 's3'), 'aws4_request');
  return createHmac('sha256', key).update(text).digest('hex');
}

/** The path as it was sent (a trailing slash included), each byte in the one encoding of RFC 3986. */
function canonicalPath(target: string): string {
  const path = target.split('?')[0] ?? '/';
  return path.split('/').map((segment) => encode(decode(segment))).join('/');
}

function canonicalQuery(url: URL): string {
  const pairs = url.search
    .slice(1)
    .split('&')
    .filter((pair) => pair !== '' && !pair.startsWith('X-Amz-Signature='))
    .map((pair) => {
      const at = pair.indexOf('=');
      const [name, value] = at === -1 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
      return `${encode(decode(name.replaceAll('+', '%20')))}=${encode(decode(value.replaceAll('+', '%20')))}`;
    });
  return pairs.sort().join('&');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error('InvalidArgument', 'The URL is not UTF-8.');
  }
}

const encode = (text: string): string => encodeURIComponent(text).replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

function refuseUnsignedEffects(request: IncomingMessage, signedHeaders: readonly string[]): void {
  const unsigned = Object.keys(request.headers).find((name) => name.startsWith('x-amz-') && !HARMLESS.has(name) && !signedHeaders.includes(name));
  if (unsigned !== undefined) throw new S3Error('AccessDenied', 'There were headers present in the request which were not signed');
}

function headerText(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

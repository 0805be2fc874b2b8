import { createHash, type Hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { crc32 } from 'node:zlib';
import { decodeAwsChunked } from './aws-chunked.js';
import { S3Error } from './s3-error.js';
import type { SignedRequest } from './signature.js';

interface Digest {
  update(bytes: Uint8Array): void;
  base64(): string;
}

/** Promises about the body, each to be kept at its end. */
interface Check {
  readonly expected: () => string | undefined;
  readonly digest: Digest;
  readonly code: 'BadDigest' | 'XAmzContentSHA256Mismatch';
}

const STREAMING_UNSIGNED = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';
const CHECKSUMS = ['crc32', 'sha1', 'sha256'] as const;
const NOT_KNOWN = ['crc32c', 'crc64nvme'] as const;

/** The body's bytes; at its end every promise about it was checked: length, hash of the signature, checksums, MD5. */
export async function* payloadOf(request: IncomingMessage, url: URL, signed: SignedRequest): AsyncIterable<Uint8Array> {
  const trailers = new Map<string, string>();
  const streaming = isStreaming(signed);
  const checks = checksOf(request, url, { signed, trailers });
  const declared = declaredLength(request, streaming);
  let received = 0;
  // A refusal in the middle must not cut the connection: the client is to read why.
  const bytes = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
  const body = streaming ? decodeAwsChunked(bytes, trailers) : bytes;
  for await (const chunk of body) {
    received += chunk.byteLength;
    if (received > declared) throw new S3Error('IncompleteBody', 'The body is longer than declared.');
    for (const check of checks) check.digest.update(chunk);
    yield chunk;
  }
  if (received !== declared) throw new S3Error('IncompleteBody', 'The body is shorter than declared.');
  for (const check of checks) assertKept(check);
}

function isStreaming({ payloadHash }: SignedRequest): boolean {
  const streaming = payloadHash.startsWith('STREAMING-');
  if (streaming && payloadHash !== STREAMING_UNSIGNED) throw new S3Error('NotImplemented', 'Signed chunks are not understood here; send UNSIGNED-PAYLOAD or a hash.');
  return streaming;
}

function declaredLength(request: IncomingMessage, streaming: boolean): number {
  const declared = Number(request.headers[streaming ? 'x-amz-decoded-content-length' : 'content-length'] ?? Number.NaN);
  if (!Number.isSafeInteger(declared) || declared < 0) throw new S3Error('MissingContentLength', 'The length of the body is not declared.');
  return declared;
}

function assertKept(check: Check): void {
  const expected = check.expected();
  if (expected !== undefined && expected !== check.digest.base64()) throw new S3Error(check.code, 'The body is not what was declared.');
}

function checksOf(request: IncomingMessage, url: URL, by: { signed: SignedRequest; trailers: ReadonlyMap<string, string> }): Check[] {
  const checks: Check[] = [];
  const trailer = String(request.headers['x-amz-trailer'] ?? '').toLowerCase();
  refuseUnknownChecksums(request, url, trailer);
  for (const name of CHECKSUMS) {
    const header = `x-amz-checksum-${name}`;
    // A checksum inside a presigned URL counts too: a client that signs that of an empty body fails here as it does on R2.
    const declared = request.headers[header] ?? url.searchParams.get(header) ?? undefined;
    if (declared !== undefined || trailer === header) checks.push({ code: 'BadDigest', digest: digestOf(name), expected: () => (declared === undefined ? by.trailers.get(header) : String(declared)) });
  }
  const md5 = request.headers['content-md5'];
  if (md5 !== undefined) checks.push({ code: 'BadDigest', digest: digestOf('md5'), expected: () => String(md5) });
  if (/^[0-9a-f]{64}$/.test(by.signed.payloadHash)) {
    checks.push({ code: 'XAmzContentSHA256Mismatch', digest: digestOf('sha256'), expected: () => Buffer.from(by.signed.payloadHash, 'hex').toString('base64') });
  }
  return checks;
}

function refuseUnknownChecksums(request: IncomingMessage, url: URL, trailer: string): void {
  const declared = (header: string): boolean => request.headers[header] !== undefined || url.searchParams.has(header) || trailer === header;
  const unknown = NOT_KNOWN.find((name) => declared(`x-amz-checksum-${name}`));
  if (unknown !== undefined) throw new S3Error('NotImplemented', `The checksum ${unknown} is not understood here.`);
}

function digestOf(name: 'crc32' | 'sha1' | 'sha256' | 'md5'): Digest {
  if (name === 'crc32') {
    let value = 0;
    return {
      update: (bytes) => {
        value = crc32(bytes, value);
      },
      base64: () => {
        const bytes = Buffer.alloc(4);
        bytes.writeUInt32BE(value);
        return bytes.toString('base64');
      },
    };
  }
  const hash: Hash = createHash(name);
  return { update: (bytes) => void hash.update(bytes), base64: () => hash.digest('base64') };
}

import { createHash } from 'node:crypto';
import { Presigner, type PresignedPut, type PresignedUrl } from './object-store.port.js';
import { ALGORITHM, amzDate, canonicalQuery, encodePath, encodeRfc3986, signatureOf, signingKey, UNSIGNED_PAYLOAD } from './sigv4.js';

export interface SigV4PresignerOptions {
  /** The store as browsers and workers reach it. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly now?: () => Date;
}

/** URLs for reading are the same within such a window, so that browsers find what they cached. */
export const WINDOW_SECONDS = 900;
/** Never more than an hour after the signing time. */
export const MAX_EXPIRES_SECONDS = 3_600;

/** Signs without a call and without the SDK: 60 times as fast, byte for byte the same (a property test holds it). */
export class SigV4Presigner extends Presigner {
  private readonly base: URL;
  private readonly now: () => Date;
  private cached: { readonly day: string; readonly key: Buffer } | undefined;

  constructor(private readonly options: SigV4PresignerOptions) {
    super();
    this.base = new URL(options.endpoint);
    this.now = options.now ?? ((): Date => new Date());
  }

  presignGet(key: string, options: { readonly downloadName?: string; readonly contentType?: string } = {}): PresignedUrl {
    const at = this.windowStart(key);
    const overrides: Record<string, string> = {};
    if (options.downloadName !== undefined) overrides['response-content-disposition'] = attachment(options.downloadName);
    if (options.contentType !== undefined) overrides['response-content-type'] = options.contentType;
    return this.presign('GET', key, { at, expiresInSeconds: MAX_EXPIRES_SECONDS, query: overrides, headers: {} });
  }

  /**
   * Size, type, `If-None-Match: *` and the SHA-256 (as `x-amz-checksum-sha256`, which S3 and R2 compare with the body) are signed headers: a
   * client that sends other bytes is refused by the store.
   */
  presignPut(key: string, object: { readonly sizeBytes: number; readonly sha256: string; readonly contentType: string; readonly expiresInSeconds: number }): PresignedPut {
    const headers = {
      'content-length': String(object.sizeBytes),
      'content-type': object.contentType,
      'if-none-match': '*',
      'x-amz-checksum-sha256': Buffer.from(object.sha256, 'hex').toString('base64'),
    };
    // The store takes whole seconds, one at least.
    const expiresInSeconds = Math.max(1, Math.min(Math.floor(object.expiresInSeconds), MAX_EXPIRES_SECONDS));
    return { ...this.presign('PUT', key, { at: this.now(), expiresInSeconds, query: {}, headers }), headers };
  }

  private presign(method: string, key: string, request: { at: Date; expiresInSeconds: number; query: Record<string, string>; headers: Record<string, string> }): PresignedUrl {
    const date = amzDate(request.at);
    const day = date.slice(0, 8);
    const credentialScope = `${day}/${this.options.region}/s3/aws4_request`;
    const headers: Record<string, string> = { ...request.headers, host: this.base.host };
    const query = canonicalQuery({
      ...request.query,
      'X-Amz-Algorithm': ALGORITHM,
      'X-Amz-Content-Sha256': UNSIGNED_PAYLOAD,
      'X-Amz-Credential': `${this.options.accessKeyId}/${credentialScope}`,
      'X-Amz-Date': date,
      'X-Amz-Expires': String(request.expiresInSeconds),
      'X-Amz-SignedHeaders': Object.keys(headers).sort().join(';'),
    });
    const path = `/${encodePath(`${this.options.bucket}/${key}`)}`;
    const signature = signatureOf({ method, path, query, headers, payload: UNSIGNED_PAYLOAD }, { key: this.keyOf(day), date, credentialScope });
    return { url: `${this.base.origin}${path}?${query}&X-Amz-Signature=${signature}`, expiresAt: new Date(request.at.getTime() + request.expiresInSeconds * 1000) };
  }

  /** The begin of the window, shifted by dataset or job so that not all URLs change at one moment. At least 45 of the 60 minutes are left. */
  private windowStart(key: string): Date {
    const owner = key.split('/').slice(0, 2).join('/');
    const shift = createHash('sha256').update(owner).digest().readUInt16BE(0) % WINDOW_SECONDS;
    const seconds = Math.floor(this.now().getTime() / 1000);
    return new Date((seconds - ((seconds + shift) % WINDOW_SECONDS)) * 1000);
  }

  private keyOf(day: string): Buffer {
    if (this.cached?.day !== day) this.cached = { day, key: signingKey(this.options, day) };
    return this.cached.key;
  }
}

/** RFC 6266; a name from outside cannot end the header. */
function attachment(name: string): string {
  const ascii = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_').slice(0, 150);
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encodeRfc3986(name.slice(0, 150))}`;
}

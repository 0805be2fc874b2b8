import { hash } from 'node:crypto';
import { Presigner, type PresignedPut, type PresignedUrl } from './object-store.port.js';
import { hmacKey, RequestSigner, type HmacKey } from './request-signer.js';
import { ALGORITHM, amzDate, canonicalQuery, encodePath, encodeRfc3986, signingKey, UNSIGNED_PAYLOAD } from './sigv4.js';

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

/** Datasets and jobs whose signing window is remembered, and windows whose templates are. */
const MOST_REMEMBERED = 1_000;
const QUERY_HEADERS = 'host';

interface Overrides {
  readonly downloadName?: string;
  readonly contentType?: string;
}

/** All of a request that does not depend on the key: the same for every image of a page. */
interface Template {
  readonly signer: RequestSigner;
  /** What stands between the path and the signature. */
  readonly query: string;
  readonly expiresAt: Date;
}

interface TemplateOptions {
  readonly method: string;
  readonly at: Date;
  readonly expiresInSeconds: number;
  readonly overrides: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
}

/** Signs without a call and without the SDK: many times as fast, byte for byte the same (a property test holds it). */
export class SigV4Presigner extends Presigner {
  private readonly base: URL;
  private readonly hostHeader: Readonly<Record<string, string>>;
  private readonly now: () => Date;
  private readonly pathStart: string;
  private cached: { readonly day: string; readonly key: HmacKey } | undefined;
  private readonly shifts = new Map<string, number>();
  /** By window, and in it by content type. */
  private readonly templates = new Map<number, Map<string | undefined, Template>>();

  constructor(private readonly options: SigV4PresignerOptions) {
    super();
    this.base = new URL(options.endpoint);
    this.hostHeader = { [QUERY_HEADERS]: this.base.host };
    this.pathStart = `/${encodePath(options.bucket)}/`;
    this.now = options.now ?? ((): Date => new Date());
  }

  presignGet(key: string, options: Overrides = {}): PresignedUrl {
    const template = this.readTemplate(this.windowStart(key), options);
    return { url: this.signed(key, template), expiresAt: template.expiresAt };
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
    return this.presignedPut(key, { headers, query: {}, expiresInSeconds: object.expiresInSeconds });
  }

  presignPart(key: string, part: { readonly uploadId: string; readonly number: number; readonly sizeBytes: number; readonly expiresInSeconds: number }): PresignedPut {
    const headers = { 'content-length': String(part.sizeBytes) };
    return this.presignedPut(key, { headers, query: { partNumber: String(part.number), uploadId: part.uploadId }, expiresInSeconds: part.expiresInSeconds });
  }

  private presignedPut(key: string, of: { readonly headers: Record<string, string>; readonly query: Record<string, string>; readonly expiresInSeconds: number }): PresignedPut {
    // The store takes whole seconds, one at least.
    const expiresInSeconds = Math.max(1, Math.min(Math.floor(of.expiresInSeconds), MAX_EXPIRES_SECONDS));
    const template = this.template({ method: 'PUT', at: this.now(), expiresInSeconds, overrides: of.query, headers: { ...of.headers, ...this.hostHeader } });
    return { url: this.signed(key, template), expiresAt: template.expiresAt, headers: of.headers };
  }

  private signed(key: string, { signer, query }: Template): string {
    const path = this.pathStart + encodePath(key);
    return `${this.base.origin}${path}${query}${signer.signatureOf(path)}`;
  }

  private readTemplate(startSeconds: number, { downloadName, contentType }: Overrides): Template {
    const make = (): Template => {
      const overrides: Record<string, string> = {};
      if (downloadName !== undefined) overrides['response-content-disposition'] = attachment(downloadName);
      if (contentType !== undefined) overrides['response-content-type'] = contentType;
      return this.template({ method: 'GET', at: new Date(startSeconds * 1000), expiresInSeconds: MAX_EXPIRES_SECONDS, overrides, headers: this.hostHeader });
    };
    // Names of downloads are of one object each.
    if (downloadName !== undefined) return make();
    return remembered(remembered(this.templates, startSeconds, () => new Map<string | undefined, Template>()), contentType, make);
  }

  private template({ method, at, expiresInSeconds, overrides, headers }: TemplateOptions): Template {
    const date = amzDate(at);
    const day = date.slice(0, 8);
    const credentialScope = `${day}/${this.options.region}/s3/aws4_request`;
    const query = canonicalQuery({
      ...overrides,
      'X-Amz-Algorithm': ALGORITHM,
      'X-Amz-Content-Sha256': UNSIGNED_PAYLOAD,
      'X-Amz-Credential': `${this.options.accessKeyId}/${credentialScope}`,
      'X-Amz-Date': date,
      'X-Amz-Expires': String(expiresInSeconds),
      'X-Amz-SignedHeaders': Object.keys(headers).sort().join(';'),
    });
    const signer = new RequestSigner({ method, query, headers, payload: UNSIGNED_PAYLOAD }, { key: this.keyOf(day), date, credentialScope });
    return { signer, query: `?${query}&X-Amz-Signature=`, expiresAt: new Date(at.getTime() + expiresInSeconds * 1000) };
  }

  /** The begin of the window in seconds, shifted by dataset or job so that not all URLs change at one moment. At least 45 of the 60 minutes are left. */
  private windowStart(key: string): number {
    const end = key.indexOf('/', key.indexOf('/') + 1);
    const owner = end < 0 ? key : key.slice(0, end);
    const shift = remembered(this.shifts, owner, () => Number.parseInt(hash('sha256', owner, 'hex').slice(0, 4), 16) % WINDOW_SECONDS);
    const seconds = Math.floor(this.now().getTime() / 1000);
    return seconds - ((seconds + shift) % WINDOW_SECONDS);
  }

  private keyOf(day: string): HmacKey {
    if (this.cached?.day !== day) this.cached = { day, key: hmacKey(signingKey(this.options, day)) };
    return this.cached.key;
  }
}

/** Forgets all when there are too many: they are cheap to make again. */
function remembered<K, T>(memory: Map<K, T>, key: K, make: () => T): T {
  const known = memory.get(key);
  if (known !== undefined) return known;
  if (memory.size >= MOST_REMEMBERED) memory.clear();
  const made = make();
  memory.set(key, made);
  return made;
}

/** RFC 6266; a name from outside cannot end the header. */
function attachment(name: string): string {
  const ascii = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_').slice(0, 150);
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encodeRfc3986(name.slice(0, 150))}`;
}

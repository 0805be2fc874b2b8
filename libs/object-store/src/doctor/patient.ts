import { createHash, randomUUID } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import type { PresignedPut } from '../object-store.port.js';
import { operationOfRequest } from '../meter/store-operations.js';
import { createS3Client, type S3ClientOptions } from '../s3-client.js';
import { S3ObjectStore } from '../s3-object-store.js';
import { SigV4Presigner } from '../sigv4-presigner.js';
import { hmacKey, RequestSigner } from '../request-signer.js';
import { ALGORITHM, amzDate, canonicalQuery, encodePath, signingKey, UNSIGNED_PAYLOAD } from '../sigv4.js';
import { sendRaw, type RawAnswer, type RawRequest } from './raw-request.js';

export interface StoreDoctorOptions {
  /** The store as this process reaches it, with the credential that writes. */
  readonly store: S3ClientOptions;
  /** The store as browsers and workers reach it; presigned URLs are tried there. */
  readonly publicEndpoint: string;
  /** The credential of training, which must not write. Left out: those checks are not made. */
  readonly readonlyCredential?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Origins of the page. Left out: the bucket's CORS rules are not checked. */
  readonly pageOrigins?: readonly string[];
  /** Of one presigned request. 15 s. */
  readonly timeoutMilliseconds?: number;
  /** `quick`: without the checks that move megabytes. Default: all. */
  readonly depth?: 'quick' | 'full';
}

export interface SignedTarget {
  readonly method: string;
  readonly key: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Signed too. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly expiresInSeconds?: number;
  /** When it was signed. Now. */
  readonly at?: Date;
}

export const TEXT = Buffer.from('written by the store doctor');
export const OTHER_TEXT = Buffer.from('WRITTEN BY SOMEBODY ELSE...');
const TYPE = 'application/octet-stream';
const TIMEOUT_MILLISECONDS = 15_000;

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
/** Some stores answer what they refuse by 400, 401, 404 or 411 where S3 says 403. */
export const isRefused = (status: number): boolean => status >= 400 && status < 500;

/** The store under examination, and the tools for it. */
export class Patient {
  readonly store: S3ObjectStore;
  readonly client: S3Client;
  readonly presigner: SigV4Presigner;
  readonly bucket: string;
  /** Everything that a run writes lies here. */
  readonly prefix = `staging/doctor-${randomUUID()}/`;
  private made = 0;

  constructor(readonly options: StoreDoctorOptions) {
    this.store = new S3ObjectStore(options.store);
    this.client = createS3Client(options.store);
    this.presigner = new SigV4Presigner({ ...options.store, endpoint: options.publicEndpoint });
    this.bucket = options.store.bucket;
  }

  freshKey(): string {
    this.made += 1;
    return `${this.prefix}${this.made}`;
  }

  /** A key with the doctor's text in it. */
  async writtenKey(): Promise<string> {
    const key = this.freshKey();
    await this.store.put(key, TEXT);
    return key;
  }

  presignedPut(key: string): PresignedPut {
    return this.presigner.presignPut(key, { sizeBytes: TEXT.length, sha256: sha256(TEXT), contentType: TYPE, expiresInSeconds: 300 });
  }

  /** Path and query of a presigned request that our own presigner would never make: any life, any time, any method. */
  target(of: SignedTarget): string {
    const { options, bucket } = this;
    const date = amzDate(of.at ?? new Date());
    const credentialScope = `${date.slice(0, 8)}/${options.store.region}/s3/aws4_request`;
    const headers = { ...of.headers, host: new URL(options.publicEndpoint).host };
    const query = canonicalQuery({
      ...of.query,
      'X-Amz-Algorithm': ALGORITHM,
      'X-Amz-Content-Sha256': UNSIGNED_PAYLOAD,
      'X-Amz-Credential': `${options.store.accessKeyId}/${credentialScope}`,
      'X-Amz-Date': date,
      'X-Amz-Expires': String(of.expiresInSeconds ?? 300),
      'X-Amz-SignedHeaders': Object.keys(headers).sort().join(';'),
    });
    const path = `/${encodePath(`${bucket}/${of.key}`)}`;
    const key = hmacKey(signingKey(options.store, date.slice(0, 8)));
    const signer = new RequestSigner({ method: of.method, query, headers, payload: UNSIGNED_PAYLOAD }, { key, date, credentialScope });
    return `${path}?${query}&X-Amz-Signature=${signer.signatureOf(path)}`;
  }

  /** To the public address. */
  async send(request: RawRequest): Promise<RawAnswer> {
    const answer = await sendRaw(this.options.publicEndpoint, request, this.options.timeoutMilliseconds ?? TIMEOUT_MILLISECONDS);
    const operation = operationOfRequest(request.method, request.target, request.headers?.['x-amz-copy-source'] !== undefined);
    const isAtTheDoor = answer.status === 401 || answer.status === 403;
    if (operation !== null) this.options.store.meter?.count({ operation, kind: isAtTheDoor ? 'refused' : 'sent', key: this.prefix });
    return answer;
  }

  sendTo(url: string, request: Omit<RawRequest, 'target'>): Promise<RawAnswer> {
    return this.send({ ...request, target: url.slice(new URL(url).origin.length) });
  }

  async statusOf(request: RawRequest): Promise<number> {
    return (await this.send(request)).status;
  }

  /** Null when the object is there with exactly the doctor's text. */
  async changed(key: string): Promise<string | null> {
    const bytes = Buffer.from(await this.store.getBytes(key, 1_000));
    return bytes.equals(TEXT) ? null : 'the object was changed';
  }

  /** Keys that lie under this run's own prefix. */
  async keys(): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of this.store.list(this.prefix)) keys.push(key);
    return keys;
  }

  /** Removes what the run left, multipart uploads that are open included. */
  async cleanUp(): Promise<void> {
    await this.store.delete(await this.keys());
    await this.store.abortStaleUploads(this.prefix, new Date(Date.now() + 60_000));
  }

  close(): void {
    this.store.close();
    this.client.destroy();
  }
}

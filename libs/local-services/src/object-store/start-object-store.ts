import { randomUUID } from 'node:crypto';
import { chmod, mkdir } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { BlobFiles } from './blob-files.js';
import { BucketCors } from './bucket-cors.js';
import { applyCors } from './cors.js';
import { KeyLocks } from './key-locks.js';
import { ObjectCatalogue } from './object-catalogue.js';
import { operationOf } from './operations.js';
import { discardRest } from './refused-body.js';
import { S3Error } from './s3-error.js';
import { verifySignature, type StoreCredential } from './signature.js';
import { MAX_KEY_BYTES, sendXml, type StoreContext } from './store-context.js';
import { xmlDocument } from './xml.js';

export interface ObjectStoreOptions {
  readonly dataDirectory: string;
  /** 127.0.0.1 unless colleagues shall reach it. */
  readonly host?: string;
  /** 0: a free one. */
  readonly port?: number;
  readonly bucket: string;
  readonly credentials: readonly StoreCredential[];
  /** Enforce R2's rules for parts. On: what works here works there. */
  readonly strictR2?: boolean;
  /** Pages that may read the store until a CORS document is put. */
  readonly corsOrigins?: readonly string[];
  readonly log?: (message: string) => void;
}

/** Requests and bytes by operation and access key. */
export interface StoreCounter {
  requests: number;
  bytesIn: number;
  bytesOut: number;
}

export interface LocalObjectStore {
  readonly endpoint: string;
  readonly port: number;
  /** `GetObject:access-key` -> counter. */
  stats(): Readonly<Record<string, Readonly<StoreCounter>>>;
  resetStats(): void;
  close(): Promise<void>;
}

const STALE_UPLOAD_DAYS = 7;
const SWEEP_MILLISECONDS = 3_600_000;
const CLOSE_MILLISECONDS = 5_000;

/** Starts the embedded S3 server in this process. For development and single machines; see the README beside this file. */
export async function startObjectStore(options: ObjectStoreOptions): Promise<LocalObjectStore> {
  await mkdir(options.dataDirectory, { recursive: true, mode: 0o700 });
  await chmod(options.dataDirectory, 0o700);
  const blobs = new BlobFiles(options.dataDirectory);
  await blobs.prepare();
  const catalogue = new ObjectCatalogue(options.dataDirectory, blobs);
  await catalogue.load();
  // As the page needs it: it reads, and it puts with the signed headers of a presigned URL.
  const cors = new BucketCors(join(options.dataDirectory, 'cors.xml'), [{ origins: options.corsOrigins ?? [], methods: ['GET', 'HEAD', 'PUT'], headers: ['*'], expose: ['ETag'] }]);
  await cors.load();
  const store = new ObjectStoreServer(options, { bucket: options.bucket, catalogue, blobs, cors, locks: new KeyLocks(), strictR2: options.strictR2 ?? true });
  return store.listen();
}

class ObjectStoreServer {
  private readonly server: Server;
  private readonly counters = new Map<string, StoreCounter>();

  constructor(
    private readonly options: ObjectStoreOptions,
    private readonly context: StoreContext,
  ) {
    // A slow upload is no attack here; an idle one is cut after five minutes.
    this.server = createServer({ requestTimeout: 0, headersTimeout: 30_000 }, (request, response) => void this.handle(request, response));
    this.server.setTimeout(300_000);
    // Without this Node asks for the body before the signature was verified.
    this.server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => void this.handle(request, response));
  }

  async listen(): Promise<LocalObjectStore> {
    const host = this.options.host ?? '127.0.0.1';
    await new Promise<void>((resolve, reject) => this.server.once('error', reject).listen(this.options.port ?? 0, host, resolve));
    const address = this.server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const sweep = setInterval(() => void this.sweep(), SWEEP_MILLISECONDS);
    sweep.unref();
    await this.sweep();
    return {
      endpoint: `http://${reachableHost(host)}:${port}`,
      port,
      stats: () => Object.fromEntries([...this.counters].map(([name, counter]) => [name, { ...counter }])),
      resetStats: () => this.counters.clear(),
      close: async () => {
        clearInterval(sweep);
        await this.close();
      },
    };
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID();
    response.setHeader('x-amz-request-id', requestId);
    try {
      const allowed = applyCors(this.context.cors.rules, request, response);
      if (request.method === 'OPTIONS') {
        response.writeHead(allowed ? 200 : 403, { 'content-length': 0 }).end();
        return;
      }
      await this.serve(request, response);
    } catch (error) {
      this.refuse(error, { request, response, requestId });
    }
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = request.url ?? '/';
    const url = parseTarget(target);
    const signed = verifySignature(request, url, { credentials: this.options.credentials, now: new Date() });
    const { bucket, key } = pathOf(target);
    if (bucket !== '' && bucket !== this.context.bucket) throw new S3Error('AccessDenied', 'This credential has no access to that bucket.');
    const operation = operationOf(request, url, { bucket, key });
    if (operation.writes && signed.credential.mode === 'read-only') throw new S3Error('AccessDenied', 'This credential can only read.');
    this.count(request, response, `${operation.name}:${signed.credential.accessKeyId}`);
    // A refused body is never asked for.
    if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
    await operation.run(this.context, { request, response, url, key, signed });
  }

  private count(request: IncomingMessage, response: ServerResponse, name: string): void {
    const counter = this.counters.get(name) ?? { requests: 0, bytesIn: 0, bytesOut: 0 };
    this.counters.set(name, counter);
    counter.requests += 1;
    const { socket } = request;
    const [read, written] = [socket.bytesRead, socket.bytesWritten];
    response.once('close', () => {
      counter.bytesIn += socket.bytesRead - read;
      counter.bytesOut += socket.bytesWritten - written;
    });
  }

  private refuse(error: unknown, at: { request: IncomingMessage; response: ServerResponse; requestId: string }): void {
    const known = error instanceof S3Error ? error : new S3Error('InternalError', 'The request failed because of an error here.');
    if (!(error instanceof S3Error) && !at.request.destroyed) this.options.log?.(`object store: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    if (at.response.headersSent) {
      at.response.destroy();
      return;
    }
    for (const [name, value] of Object.entries(known.headers)) at.response.setHeader(name, value);
    discardRest(at.request, at.response);
    if (known.status === 304 || at.request.method === 'HEAD') at.response.writeHead(known.status).end();
    else sendXml(at.response, known.status, xmlDocument('Error', { Code: known.code, Message: known.message, RequestId: at.requestId }).replace(/ xmlns="[^"]*"/, ''));
  }

  private async sweep(): Promise<void> {
    const oldest = Date.now() - STALE_UPLOAD_DAYS * 86_400_000;
    for (const [id, upload] of this.context.catalogue.uploads) if (upload.initiated < oldest) await this.context.catalogue.abort(id);
  }

  private async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeIdleConnections();
    const timer = setTimeout(() => this.server.closeAllConnections(), CLOSE_MILLISECONDS);
    await closed;
    clearTimeout(timer);
    await this.context.catalogue.close();
  }
}

/** As it stands in an address of this machine. */
function reachableHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

function parseTarget(target: string): URL {
  // The WHATWG parser would fold `..` in the path; only the query is taken from it.
  const at = target.indexOf('?');
  return new URL(`http://store/${at === -1 ? '' : target.slice(at)}`);
}

function pathOf(target: string): { bucket: string; key: string } {
  const path = (target.split('?')[0] ?? '/').slice(1);
  const at = path.indexOf('/');
  const [bucket, key] = at === -1 ? [path, ''] : [path.slice(0, at), path.slice(at + 1)];
  const decoded = decode(key);
  if (Buffer.byteLength(decoded) > MAX_KEY_BYTES) throw new S3Error('KeyTooLongError', 'The key is too long.');
  return { bucket: decode(bucket), key: decoded };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error('InvalidArgument', 'The key is not UTF-8.');
  }
}

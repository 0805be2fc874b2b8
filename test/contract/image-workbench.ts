import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePng } from '@app/dice-format';
import { startObjectStore } from '@app/local-services';
import { S3ObjectStore } from '@app/object-store';
import pg from 'pg';
import sharp from 'sharp';
import { imageFaults, sha256 } from './image-faults.js';
import { ADMIN, startBackend, type BackendUnderTest } from './backend-under-test.js';

export { sha256 };

export interface FileResult {
  readonly status: string;
  readonly original_name: string;
  readonly image_id: number | null;
  readonly file_name: string | null;
  readonly code: string | null;
  readonly reason: string | null;
  readonly hint: string | null;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

export interface SentFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly type?: string;
}

export interface Put {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly expires_at: string;
}

/** A small picture that no other seed makes. */
export const png = (seed: number, width = 8, height = 6): Buffer => {
  const pixels = Buffer.alloc(width * height * 3, seed % 251);
  pixels.writeUInt32BE(seed, 0);
  return Buffer.from(encodePng(pixels, { width, height, channels: 3 }));
};
export const jpeg = async (seed: number, width = 8, height = 6): Promise<Buffer> => {
  const picture = await sharp({ create: { width, height, channels: 3, background: '#808080' } }).jpeg().toBuffer();
  // A comment of its own behind the start: other bytes, the same picture.
  const comment = Buffer.alloc(8);
  comment.writeUInt16BE(0xfffe, 0);
  comment.writeUInt16BE(6, 2);
  comment.writeUInt32BE(seed, 4);
  return Buffer.concat([picture.subarray(0, 2), comment, picture.subarray(2)]);
};

interface OwnStore {
  readonly settings: { readonly endpoint: string; readonly region: string; readonly bucket: string; readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly environment: Record<string, string>;
  stop(): Promise<void>;
}

/** A store of its own: other test files look at the whole of the shared one. */
async function startStore(): Promise<OwnStore> {
  const folder = await mkdtemp(join(tmpdir(), 'vision-images-'));
  const [bucket, accessKeyId, secretAccessKey] = ['vision-images', 'test-write', randomBytes(20).toString('hex')];
  const store = await startObjectStore({ dataDirectory: folder, bucket, credentials: [{ accessKeyId, secretAccessKey, mode: 'read-write' }] });
  const settings = { endpoint: store.endpoint, region: 'auto', bucket, accessKeyId, secretAccessKey };
  const environment = { S3_ENDPOINT: store.endpoint, S3_BUCKET: bucket, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey };
  const stop = async (): Promise<void> => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { settings, environment, stop };
}

/** The backend with a logged-in administrator, its database and its store at hand. */
export class ImageWorkbench {
  private constructor(
    readonly backend: BackendUnderTest,
    readonly token: string,
    readonly store: S3ObjectStore,
    readonly pool: pg.Pool,
    private readonly stopStore: () => Promise<void>,
  ) {}

  static async open(overrides: Record<string, string> = {}): Promise<ImageWorkbench> {
    const { settings, environment, stop } = await startStore();
    const backend = await startBackend({ ...environment, ...overrides });
    const token = await logIn(backend.url, ADMIN);
    const store = new S3ObjectStore({ ...settings, maxAttempts: 1 });
    return new ImageWorkbench(backend, token, store, new pg.Pool({ connectionString: backend.databaseUrl, max: 4 }), stop);
  }

  async close(): Promise<void> {
    await this.pool.end();
    this.store.close();
    await this.backend.close();
    await this.stopStore();
  }

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const answer = await fetch(`${this.backend.url}/api/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: (text === '' ? {} : JSON.parse(text)) as Answer['body'] };
  }

  async dataset(options: Record<string, unknown> = {}): Promise<string> {
    const made = await this.call('POST', 'datasets/create', { name: 'images', task_type: 'object_detection', classes: [{ name: 'a' }, { name: 'b' }], ...options });
    if (made.status !== 201) throw new Error(JSON.stringify(made.body));
    return String(made.body['id']);
  }

  async send(datasetId: string, files: readonly SentFile[], fields: Record<string, string> = {}, token = this.token): Promise<Answer & { results: FileResult[] }> {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    for (const file of files) form.append('file', new Blob([file.bytes as Uint8Array<ArrayBuffer>], { type: file.type ?? '' }), file.name);
    const answer = await fetch(`${this.backend.url}/api/v1/datasets/${datasetId}/images`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: form });
    const body = (await answer.json()) as Answer['body'];
    return { status: answer.status, headers: answer.headers, body, results: (body['results'] ?? []) as FileResult[] };
  }

  async announce(datasetId: string, files: readonly SentFile[], options: Record<string, unknown> = {}): Promise<{ id: string | null; put: Put | null; result: FileResult | null }[]> {
    const listed = files.map((file) => ({ file_name: file.name, size_bytes: file.bytes.length, sha256: sha256(file.bytes), content_type: file.type ?? 'image/png' }));
    const answer = await this.call('POST', `datasets/${datasetId}/images/uploads`, { files: listed, ...options });
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return answer.body['files'] as { id: string | null; put: Put | null; result: FileResult | null }[];
  }

  async complete(datasetId: string, ids: readonly string[]): Promise<Answer & { results: (FileResult & { id: string })[] }> {
    const answer = await this.call('POST', `datasets/${datasetId}/images/uploads/complete`, { ids });
    return { ...answer, results: (answer.body['results'] ?? []) as (FileResult & { id: string })[] };
  }

  async keys(prefix: string): Promise<string[]> {
    const keys: string[] = [];
    for await (const object of this.store.list(prefix)) keys.push(object.key);
    return keys;
  }

  async rows<T extends pg.QueryResultRow>(sql: string, parameters: unknown[] = []): Promise<T[]> {
    return (await this.pool.query<T>(sql, parameters)).rows;
  }

  faults(datasetId: string): Promise<string[]> {
    return imageFaults(this.pool, this.store, datasetId);
  }
}

export async function logIn(url: string, user: { email: string; password: string }): Promise<string> {
  const answer = await fetch(`${url}/api/v1/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(user) });
  return ((await answer.json()) as { access_token: string }).access_token;
}

import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ERROR_CODES } from '@app/kernel';
import { startObjectStore } from '@app/local-services';
import { S3ObjectStore } from '@app/object-store';
import pg from 'pg';
import { expect } from 'vitest';
import { z } from 'zod';
import { ADMIN, startBackend, type BackendUnderTest } from '../contract/backend-under-test.js';
import { takeResidue, type Residue } from './residue.js';

const findingSchema = z.object({ code: z.string(), message: z.string(), pointer: z.string().optional(), entry: z.string().optional(), hint: z.string().optional() });
const problemSchema = z.looseObject({
  type: z.string().regex(/^urn:vision:problem:/),
  title: z.string().min(1),
  status: z.number().int(),
  code: z.enum(ERROR_CODES),
  detail: z.string().min(1),
  request_id: z.uuid(),
  errors: z.array(findingSchema).optional(),
});

export interface Answer {
  readonly status: number;
  /** Of a problem document; '' for anything else. */
  readonly code: string;
  /** Codes of the findings of a problem document. */
  readonly findings: readonly string[];
  readonly json: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
}

export interface Request {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Null sends no credential. */
  readonly token?: string | null;
}

/** What no answer may hold: stack frames, SQL, addresses of this process, store XML. */
const LEAKS = /node_modules|\.ts:\d|\.js:\d|\bat \w+ \(|insert into|select \*|QueryFailed|<Error>|AccessKey|ECONN|127\.0\.0\.1:\d/;

/** The real backend on its own database and its own object store, so that what one request leaves behind can be told. */
export class HostileBackend {
  private constructor(
    readonly url: string,
    readonly token: string,
    readonly databaseUrl: string,
    private readonly parts: { readonly pool: pg.Pool; readonly store: S3ObjectStore; readonly stop: () => Promise<void>; readonly backend: BackendUnderTest },
  ) {}

  static async start(overrides: Record<string, string> = {}): Promise<HostileBackend> {
    const folder = await mkdtemp(join(tmpdir(), 'vision-hostile-'));
    const secret = randomBytes(20).toString('hex');
    const facts = { bucket: 'vision-hostile', accessKeyId: 'hostile-write', secretAccessKey: secret };
    const server = await startObjectStore({ dataDirectory: folder, bucket: facts.bucket, credentials: [{ accessKeyId: facts.accessKeyId, secretAccessKey: secret, mode: 'read-write' }] });
    const backend = await startBackend({ S3_ENDPOINT: server.endpoint, S3_BUCKET: facts.bucket, S3_ACCESS_KEY_ID: facts.accessKeyId, S3_SECRET_ACCESS_KEY: secret, ...overrides });
    const pool = new pg.Pool({ connectionString: backend.databaseUrl, max: 2 });
    const store = new S3ObjectStore({ endpoint: server.endpoint, ...facts, region: 'auto', maxAttempts: 1 });
    const stop = async (): Promise<void> => {
      await pool.end();
      store.close();
      await backend.close();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    };
    const token = await logIn(backend.url, ADMIN);
    return new HostileBackend(backend.url, token, backend.databaseUrl, { pool, store, stop, backend });
  }

  /** A part of the backend, to be driven by hand. */
  part<T>(type: (abstract new (...args: never[]) => T)): T {
    return this.parts.backend.app.get<T>(type as never, { strict: false });
  }

  /** Any request; a refusal is checked to be a problem document that leaks nothing, and never a 500. */
  async send(method: string, path: string, request: Request = {}): Promise<Answer> {
    const credential: Record<string, string> = request.token === null ? {} : { authorization: `Bearer ${request.token ?? this.token}` };
    const body = request.body === undefined ? {} : { body: Buffer.from(request.body) };
    const answer = await fetch(`${this.url}/api/v1/${path}`, { method, headers: { ...credential, ...request.headers }, ...body });
    return judged(answer, `${method} ${path.slice(0, 80)}`);
  }

  async json(method: string, path: string, value: unknown, request: Omit<Request, 'body'> = {}): Promise<Answer> {
    return this.send(method, path, { ...request, headers: { 'content-type': 'application/json', ...request.headers }, body: JSON.stringify(value) });
  }

  /** POST datasets/upload with the zip in `file`, as a browser sends it. */
  async upload(zip: Uint8Array, options: { readonly fields?: Readonly<Record<string, string>>; readonly uploadId?: string; readonly fileName?: string } = {}): Promise<Answer> {
    const form = new FormData();
    for (const [name, value] of Object.entries(options.fields ?? {})) form.set(name, value);
    form.set('file', new Blob([Buffer.from(zip)]), options.fileName ?? 'dataset.zip');
    const headers = { authorization: `Bearer ${this.token}`, 'upload-id': options.uploadId ?? randomUUID() };
    return judged(await fetch(`${this.url}/api/v1/datasets/upload`, { method: 'POST', headers, body: form }), 'upload');
  }

  residue(): Promise<Residue> {
    return takeResidue(this.parts.pool, this.parts.store);
  }

  async rows<T extends pg.QueryResultRow>(sql: string, parameters: readonly unknown[] = []): Promise<T[]> {
    return (await this.parts.pool.query<T>(sql, [...parameters])).rows;
  }

  /** The server still does its work. */
  async assertAlive(): Promise<void> {
    expect((await this.send('GET', 'health/ready', { token: null })).status).toBe(200);
    expect((await this.send('GET', 'me')).status).toBe(200);
  }

  close(): Promise<void> {
    return this.parts.stop();
  }
}

async function logIn(url: string, credentials: { email: string; password: string }): Promise<string> {
  const answer = await fetch(`${url}/api/v1/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(credentials) });
  return z.object({ access_token: z.string() }).parse(await answer.json()).access_token;
}

async function judged(answer: Response, what: string): Promise<Answer> {
  const text = await answer.text();
  expect(answer.status, `${what}: ${text.slice(0, 300)}`).not.toBe(500);
  const json = text === '' ? {} : z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  if (answer.status < 400) return { status: answer.status, code: '', findings: [], json, headers: answer.headers };
  expect(answer.headers.get('content-type'), what).toBe('application/problem+json; charset=utf-8');
  expect(text, what).not.toMatch(LEAKS);
  const problem = problemSchema.parse(json);
  expect(problem.status, what).toBe(answer.status);
  expect(problem.type, what).toBe(`urn:vision:problem:${problem.code}`);
  return { status: answer.status, code: problem.code, findings: (problem.errors ?? []).map((finding) => finding.code), json, headers: answer.headers };
}

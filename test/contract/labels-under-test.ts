import { createHash } from 'node:crypto';
import pg from 'pg';
import { ADMIN, startBackend, type BackendUnderTest } from './backend-under-test.js';

export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly body: T;
  readonly headers: Headers;
}

export interface Document {
  readonly revision: number;
  readonly status: string;
  readonly no_object: boolean;
  readonly annotation?: Record<string, unknown> | null;
  readonly annotations?: readonly Record<string, unknown>[];
  readonly labeled_by: string | null;
}

export interface Problem {
  readonly code: string;
  readonly errors?: readonly { readonly code: string; readonly pointer: string }[];
  readonly current?: Document;
}

/** A backend with datasets whose images were put into the table: what a file is does not matter to labels. */
export class LabelsUnderTest {
  private constructor(
    readonly backend: BackendUnderTest,
    readonly pool: pg.Pool,
    readonly token: string,
  ) {}

  static async start(environment: Record<string, string> = {}): Promise<LabelsUnderTest> {
    const backend = await startBackend(environment);
    const answer = await fetch(`${backend.url}/api/v1/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(ADMIN) });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    return new LabelsUnderTest(backend, new pg.Pool({ connectionString: backend.databaseUrl, max: 4 }), token);
  }

  async close(): Promise<void> {
    await this.pool.end();
    await this.backend.close();
  }

  async call<T = Record<string, unknown>>(method: string, path: string, options: { body?: unknown; headers?: Record<string, string>; token?: string } = {}): Promise<Answer<T>> {
    const { body, headers = {}, token = this.token } = options;
    const answer = await fetch(`${this.backend.url}/api/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as T, headers: answer.headers };
  }

  /** With classes 0 raccoon, 1 cat, 2 dog; each has two keypoints. Images are 100 x 80. */
  async dataset(taskType: string, options: { images?: number; multiLabel?: boolean } = {}): Promise<string> {
    const classes = ['raccoon', 'cat', 'dog'].map((name) => ({ name, keypoints: ['nose', 'tail'] }));
    const made = await this.call('POST', 'datasets/create', { body: { name: `labels ${taskType}`, task_type: taskType, multi_label: options.multiLabel ?? false, classes } });
    if (made.status !== 201) throw new Error(JSON.stringify(made.body));
    const id = String(made.body['id']);
    await addImages(this.pool, id, options.images ?? 3);
    return id;
  }

  /** Somebody else, with a role in the dataset. */
  async member(datasetId: string | null, role: string): Promise<{ id: string; token: string }> {
    const email = `${role}-${createHash('sha256').update(`${datasetId ?? ''}${Math.random()}`).digest('hex').slice(0, 8)}@vision.test`;
    const made = await this.call<{ user: { id: string }; one_time_password: string }>('POST', 'users', { body: { email, display_name: `The ${role}` } });
    const { user, one_time_password: password } = made.body;
    if (datasetId !== null) await this.pool.query('insert into dataset_members (dataset_id, user_id, role) values ($1, $2, $3)', [datasetId, user.id, role]);
    const login = await this.call<{ access_token: string }>('POST', 'auth/login', { body: { email, password } });
    return { id: user.id, token: login.body.access_token };
  }

  get(datasetId: string, image: number | string, headers: Record<string, string> = {}): Promise<Answer<Document>> {
    return this.call<Document>('GET', `datasets/${datasetId}/annotations/${image}`, { headers });
  }

  patch<T = Document & Problem>(datasetId: string, image: number | string, options: { revision?: number; body: unknown; key?: string; token?: string }): Promise<Answer<T>> {
    const { revision, body, key, token } = options;
    const headers = { ...(revision === undefined ? {} : { 'if-match': `"${revision}"` }), ...(key === undefined ? {} : { 'idempotency-key': key }) };
    return this.call<T>('PATCH', `datasets/${datasetId}/annotations/${image}`, { body, headers, ...(token === undefined ? {} : { token }) });
  }
}

export async function addImages(pool: pg.Pool | pg.Client, datasetId: string, count: number): Promise<void> {
  await pool.query(
    `insert into dataset_images (dataset_id, number, file_name, width, height, depth, format, status, size_bytes, sha256)
     select $1, n, 'images/' || lpad(n::text, 6, '0') || '.png', 100, 80, 3, 'png', 'unlabeled', 1000, sha256(n::text::bytea) from generate_series(1, $2::int) as n`,
    [datasetId, count],
  );
  await pool.query('update datasets set num_images = $2, next_image_number = $2 + 1 where id = $1', [datasetId, count]);
}

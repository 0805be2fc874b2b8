import { randomUUID } from 'node:crypto';
import type { ProductFacts } from './harness.js';

export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly body: T;
  readonly headers: Headers;
}

export interface Job {
  readonly id: string;
  readonly state: string;
  readonly attempt: number;
  readonly failure: { readonly code: string; readonly detail: string } | null;
  readonly metrics: readonly { readonly epoch: number; readonly primary_value: number; readonly cpu_seconds: number; readonly train_loss: number }[];
  readonly checkpoints: readonly { readonly epoch: number; readonly kind: string; readonly key: string; readonly sha256: string }[];
  readonly final_model: { readonly sha256: string; readonly size_bytes: number } | null;
  readonly best_epoch: number | null;
  readonly epoch: number;
}

const ENDED = new Set(['completed', 'failed', 'cancelled']);

/** The REST API as a script uses it. */
export class ApiClient {
  private constructor(
    readonly url: string,
    readonly token: string,
    private readonly headers: Record<string, string> = {},
  ) {}

  /** The same client, whose calls carry these headers. */
  along(headers: Record<string, string>): ApiClient {
    return new ApiClient(this.url, this.token, { ...this.headers, ...headers });
  }

  static async logIn(product: Pick<ProductFacts, 'url' | 'admin'>): Promise<ApiClient> {
    const answer = await fetch(`${product.url}/api/v1/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(product.admin) });
    if (answer.status !== 200) throw new Error(`login answered ${answer.status}: ${await answer.text()}`);
    return new ApiClient(product.url, ((await answer.json()) as { access_token: string }).access_token);
  }

  async call<T = Record<string, unknown>>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer<T>> {
    const answer = await fetch(`${this.url}/api/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, ...this.headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as T, headers: answer.headers };
  }

  async upload<T = { id: string; num_images: number; task_type: string }>(zip: Uint8Array, fields: Record<string, string> = {}, uploadId: string = randomUUID()): Promise<Answer<T>> {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    form.set('file', new Blob([zip as Uint8Array<ArrayBuffer>], { type: 'application/zip' }), 'dataset.zip');
    const answer = await fetch(`${this.url}/api/v1/datasets/upload`, { method: 'POST', headers: { authorization: `Bearer ${this.token}`, ...this.headers, 'upload-id': uploadId }, body: form });
    return { status: answer.status, body: (await answer.json()) as T, headers: answer.headers };
  }

  async start(datasetId: string, hyperparameters: Record<string, unknown>): Promise<Job> {
    const answer = await this.call<Job>('POST', 'training/start', { dataset_id: datasetId, hyperparameters });
    if (answer.status !== 202) throw new Error(`start answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async job(id: string): Promise<Job> {
    return (await this.call<Job>('GET', `training/jobs/${id}`)).body;
  }

  /** Polls until the job fits, twice a second. */
  async until(id: string, fits: (job: Job) => boolean, timeoutMilliseconds = 240_000): Promise<Job> {
    for (const deadline = Date.now() + timeoutMilliseconds; ; await new Promise((resolve) => setTimeout(resolve, 500))) {
      const job = await this.job(id);
      if (fits(job)) return job;
      if (Date.now() > deadline) throw new Error(`the job is still ${JSON.stringify({ ...job, metrics: job.metrics.length })}`);
    }
  }

  async untilEnded(id: string, timeoutMilliseconds?: number): Promise<Job> {
    return this.until(id, (job) => ENDED.has(job.state), timeoutMilliseconds);
  }
}

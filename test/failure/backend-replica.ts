import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { freePort } from '@app/local-services';
import type { Product } from '../e2e/harness.js';

const ROOT = resolve(import.meta.dirname, '../..');
const ENTRY = join(ROOT, 'dist/backend/apps/backend/src/main.js');
const START_MILLISECONDS = 60_000;

/** How a replica ended when it was asked to. */
export interface Departure {
  readonly code: number | null;
  readonly milliseconds: number;
}

/** One more backend beside a product, on its database, broker and store: a process as a pod would be. Its port stays the same when it starts again. */
export class BackendReplica {
  private child: ChildProcess | null = null;
  private said = '';
  private port = 0;

  constructor(
    private readonly product: Product,
    private readonly environment: Readonly<Record<string, string>> = {},
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get output(): string {
    return this.said;
  }

  /** Resolves when it says that it is ready. */
  async start(): Promise<void> {
    const { product } = this;
    this.port ||= await freePort();
    const secrets = JSON.parse(readFileSync(join(product.dataDirectory, 'secrets.json'), 'utf8')) as { jwt_secret: string; nats: { backend: string } };
    const broker = new URL(product.nats_url).host;
    this.child = spawn(process.execPath, [ENTRY], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        NODE_ENV: 'production',
        PORT: String(this.port),
        DATABASE_URL: product.database_url,
        NATS_URL: `nats://backend:${encodeURIComponent(secrets.nats.backend)}@${broker}`,
        S3_ENDPOINT: product.store.endpoint,
        S3_BUCKET: product.store.bucket,
        S3_ACCESS_KEY_ID: product.store.access_key_id,
        S3_SECRET_ACCESS_KEY: product.store.secret_access_key,
        JWT_SECRET: secrets.jwt_secret,
        STORE_CHECK: 'off',
        ...this.environment,
      },
    });
    for (const stream of [this.child.stdout, this.child.stderr]) stream?.on('data', (chunk: Buffer) => (this.said = `${this.said}${chunk.toString()}`.slice(-20_000)));
    await this.untilReady(this.child);
  }

  /** SIGTERM, as an orchestrator sends it. */
  async leave(): Promise<Departure> {
    const { child } = this;
    if (child === null) return { code: null, milliseconds: 0 };
    const began = Date.now();
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const [code] = (await ended) as [number | null];
    this.child = null;
    return { code, milliseconds: Date.now() - began };
  }

  private async untilReady(child: ChildProcess): Promise<void> {
    for (const deadline = Date.now() + START_MILLISECONDS; ; await new Promise((done) => setTimeout(done, 100))) {
      if (await isReady(this.url)) return;
      if (child.exitCode !== null || Date.now() > deadline) throw new Error(`the replica is not ready:\n${this.said}`);
    }
  }
}

/** What a readiness probe sees. */
export async function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/api/v1/health/ready`, { signal: AbortSignal.timeout(2_000) }).then(
    (answer) => answer.body?.cancel().then(() => answer.status === 200) ?? false,
    () => false,
  );
}

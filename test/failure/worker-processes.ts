import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { TRAINING_INBOX_PREFIX } from '@app/local-services';
import type { Product } from '../e2e/harness.js';
import { descendantsOf, isAlive } from '../e2e/process-tree.js';

const ROOT = resolve(import.meta.dirname, '../..');
const ENTRY = join(ROOT, 'dist/training/apps/training/src/main.js');

/** One more training worker beside a product: a process group of its own, as a container would be, with the rights of the training user. */
export class WorkerProcess {
  private child: ChildProcess | null = null;
  private said = '';

  constructor(
    private readonly product: Product,
    readonly id: string,
    private readonly environment: Record<string, string> = {},
  ) {}

  get folder(): string {
    return join(this.product.dataDirectory, `worker-${this.id}`);
  }

  get isRunning(): boolean {
    return this.child !== null;
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  async start(): Promise<void> {
    const { product } = this;
    await mkdir(this.folder, { recursive: true });
    const secrets = JSON.parse(readFileSync(join(product.dataDirectory, 'secrets.json'), 'utf8')) as { nats: { training: string } };
    const url = new URL(product.nats_url);
    this.child = spawn(process.execPath, [ENTRY], {
      cwd: ROOT,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        NODE_ENV: 'production',
        NATS_URL: `nats://training:${encodeURIComponent(secrets.nats.training)}@${url.host}`,
        NATS_INBOX_PREFIX: TRAINING_INBOX_PREFIX,
        S3_ENDPOINT: product.store.endpoint,
        S3_BUCKET: product.store.bucket,
        S3_ACCESS_KEY_ID: product.store.readonly_access_key_id,
        S3_SECRET_ACCESS_KEY: product.store.readonly_secret_access_key,
        WORK_DIRECTORY: this.folder,
        WORKER_ID: this.id,
        HEALTH_PORT: '0',
        ...this.environment,
      },
    });
    for (const stream of [this.child.stdout, this.child.stderr]) stream?.on('data', (chunk: Buffer) => (this.said = `${this.said}${chunk.toString()}`.slice(-20_000)));
  }

  /** Waits for an end that somebody else brings about. */
  async untilEnded(milliseconds: number): Promise<void> {
    const { child } = this;
    if (child === null) return;
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit', { signal: AbortSignal.timeout(milliseconds) });
    this.child = null;
  }

  /** What it wrote last. */
  get output(): string {
    return this.said;
  }

  /** Of the whole group; the engine is in it. */
  signal(signal: NodeJS.Signals): void {
    if (this.child?.pid !== undefined) process.kill(-this.child.pid, signal);
  }

  /** Of the worker alone; its engine has to notice. */
  async kill(): Promise<number[]> {
    const { child } = this;
    if (child?.pid === undefined) return [];
    const engines = descendantsOf(child.pid, 'engine-child.main.js');
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    this.child = null;
    return engines;
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (child === null) return;
    this.signal('SIGCONT');
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
    this.child = null;
  }

  async attemptFolders(): Promise<string[]> {
    return existsSync(join(this.folder, 'attempts')) ? readdir(join(this.folder, 'attempts')) : [];
  }
}

export async function untilDead(pids: readonly number[], milliseconds = 10_000): Promise<void> {
  for (const deadline = Date.now() + milliseconds; pids.some(isAlive); await new Promise((done) => setTimeout(done, 100))) {
    if (Date.now() > deadline) throw new Error(`still alive: ${pids.filter(isAlive).join(', ')}`);
  }
}

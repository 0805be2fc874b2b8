import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
const ENTRY = join(ROOT, 'dist/standalone/apps/standalone/src/main.js');
const START_MILLISECONDS = 120_000;

/** The line that `npm start -- --json` prints. */
export interface ProductFacts {
  readonly url: string;
  readonly admin: { readonly email: string; readonly password: string };
  readonly database_url: string;
  readonly nats_url: string;
  readonly store: {
    readonly endpoint: string;
    readonly bucket: string;
    readonly access_key_id: string;
    readonly secret_access_key: string;
    readonly readonly_access_key_id: string;
    readonly readonly_secret_access_key: string;
  };
}

export interface Product extends ProductFacts {
  readonly dataDirectory: string;
  readonly process: ChildProcess;
  /** What it said on standard error so far. */
  output(): string;
  stop(): Promise<void>;
}

/** The built product on free ports, in a folder of its own that is removed at the end. */
export async function startProduct(options: { readonly environment?: Record<string, string>; readonly dataDirectory?: string } = {}): Promise<Product> {
  if (!existsSync(ENTRY)) throw new Error('dist/ is not built: run `node scripts/build.mjs` first');
  const own = options.dataDirectory === undefined;
  const dataDirectory = options.dataDirectory ?? (await mkdtemp(join(tmpdir(), 'vision-e2e-')));
  if (own) await chmod(dataDirectory, 0o711);
  const child = spawn(process.execPath, [ENTRY, '--data', dataDirectory, '--port', '0', '--json'], {
    cwd: ROOT,
    env: { ...process.env, NODE_ENV: 'production', ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(child, 'exit');
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await ended;
    if (own) await rm(dataDirectory, { recursive: true, force: true });
  };
  try {
    const facts = JSON.parse(await firstLine(child, ended)) as ProductFacts;
    return { ...facts, dataDirectory, process: child, output: () => said, stop };
  } catch (error) {
    await stop();
    throw new Error(`the product did not start: ${error instanceof Error ? error.message : String(error)}\n${said.slice(-4000)}`, { cause: error });
  }
}

async function firstLine(child: ChildProcess, ended: Promise<unknown>): Promise<string> {
  let text = '';
  const line = new Promise<string>((done) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) done(text.slice(0, text.indexOf('\n')));
    });
  });
  const late = new Promise<never>((_, fail) => setTimeout(() => fail(new Error('it took too long')), START_MILLISECONDS).unref());
  return Promise.race([line, late, ended.then(() => Promise.reject(new Error('it ended')))]);
}

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findNatsServer, freePort } from '@app/local-services';
import { createTestDatabase, testServices, type TestDatabase } from '@app/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { copyContext, stagesOf } from './dockerfile.js';

const run = promisify(execFile);
/** Every step of docker/Dockerfile as it stands there, in a clean folder; then each image's own command as a user who can write nothing of it. */
const folder = mkdtempSync(join(tmpdir(), 'vision-images-'));
const build = join(folder, 'app');
const stages = stagesOf(readFileSync('docker/Dockerfile', 'utf8'));
const running: ChildProcess[] = [];
const isRoot = process.getuid?.() === 0;
/** A user without a name; for the one that starts Postgres, whose initdb wants a name, that of Debian's `nobody`. */
const userOf = (image: string): { uid?: number; gid?: number } => (isRoot ? (image === 'standalone' ? { uid: 65_534, gid: 65_534 } : { uid: 10_001, gid: 10_001 }) : {});
/** Megabytes of an image's own files, without its base. */
const MOST_MEGABYTES: Readonly<Record<string, number>> = { backend: 160, training: 160, standalone: 320 };
let database: TestDatabase | undefined;

beforeAll(async () => {
  chmodSync(folder, 0o755);
  mkdirSync(build);
  copyContext(build);
  for (const stage of stages.filter(({ run }) => run.length > 0)) {
    const image = join(folder, 'images', stage.name.replace('-files', ''));
    mkdirSync(image, { recursive: true });
    for (const step of stage.run) await run('sh', ['-c', step.replace(' /image', ` ${image}`)], { cwd: build, env: { ...process.env, WITH: '' } });
  }
  database = await createTestDatabase();
}, 1_200_000);
afterAll(async () => {
  for (const child of running) {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
  await database?.drop();
  // Some ten thousand files: minutes on a busy disk.
  rmSync(folder, { recursive: true, force: true });
}, 900_000);

const at = (image: string): string => join(folder, 'images', image);

function start(image: string, environment: NodeJS.ProcessEnv, more: readonly string[] = [], instead?: readonly string[]): ChildProcess {
  const stage = stages.find(({ name }) => name === image);
  const [program = '', ...args] = [...(instead ?? stage?.command ?? []), ...more];
  const child = spawn(program, args, { cwd: at(image), env: { PATH: process.env['PATH'], ...stage?.environment, ...environment }, stdio: ['ignore', 'pipe', 'pipe'], ...userOf(image) });
  running.push(child);
  return child;
}

async function answers(url: string, seconds = 60): Promise<void> {
  await vi.waitFor(async () => expect((await fetch(url)).status).toBe(200), { timeout: seconds * 1000, interval: 200 });
}

async function ended(child: ChildProcess): Promise<unknown> {
  if (child.exitCode !== null) return child.exitCode;
  const [code]: unknown[] = await once(child, 'exit');
  return code;
}

function bytesIn(path: string): number {
  return readdirSync(path, { recursive: true, encoding: 'utf8', withFileTypes: true }).reduce((sum, entry) => sum + (entry.isFile() ? statSync(join(entry.parentPath, entry.name)).size : 0), 0);
}

function storeOf(): Record<string, string> {
  const { store } = testServices();
  return { S3_ENDPOINT: store.endpoint, S3_BUCKET: store.bucket, S3_ACCESS_KEY_ID: store.accessKeyId, S3_SECRET_ACCESS_KEY: store.secretAccessKey };
}

describe('the images', () => {
  it.each(Object.entries(MOST_MEGABYTES))('%s is below %d MB and has nothing of development in it', (image, most) => {
    const megabytes = bytesIn(at(image)) / 1e6;
    process.stdout.write(`${image}: ${megabytes.toFixed(0)} MB\n`);
    expect(megabytes).toBeLessThan(most);
    for (const name of ['typescript', 'vitest', 'vite', 'kubernetes-models', '@tensorflow/tfjs-node']) expect([name, existsSync(join(at(image), 'node_modules', name))]).toEqual([name, false]);
  });

  it('backend: waits for the migrations, which the command of the Job runs, and then answers', async () => {
    const port = await freePort();
    const environment = { DATABASE_URL: database?.url, NATS_URL: testServices().natsUrl, ...storeOf(), JWT_SECRET: 'p3Vw9KdR5yUf1GjQe6Nz8Mb2Xa4Lc7Ho', HOST: '127.0.0.1', PORT: String(port), MIGRATE_AT_START: 'off' };
    const backend = start('backend', environment);
    const job = start('backend', { DATABASE_URL: database?.url }, [], ['node', 'dist/backend/apps/backend/src/migrate.main.js']);
    expect(await ended(job)).toBe(0);
    await answers(`http://127.0.0.1:${port}/api/v1/health/ready`);
    expect((await fetch(`http://127.0.0.1:${port}/api/docs`)).status).toBe(200);
    backend.kill('SIGTERM');
    expect(await ended(backend)).toBe(0);
  });

  it('training: has the runtime that it falls back to without a native library', async () => {
    // No model: the binary is loaded, and refuses it.
    const program = "import('onnxruntime-web').then(({ InferenceSession }) => InferenceSession.create(new Uint8Array([1, 2, 3]))).catch((error) => console.log(error.message))";
    const { stdout } = await run('node', ['--input-type=module', '-e', program], { cwd: at('training') });
    expect(stdout).toMatch(/protobuf/i);
  });

  it('training: answers that it is ready', async () => {
    const port = await freePort();
    const work = mkdtempSync(join(folder, 'work-'));
    chmodSync(work, 0o777);
    const training = start('training', { NATS_URL: testServices().natsUrl, ...storeOf(), WORK_DIRECTORY: work, HEALTH_PORT: String(port), WORKER_ID: 'image-1' });
    await answers(`http://127.0.0.1:${port}/health/ready`);
    training.kill('SIGTERM');
    expect(await ended(training)).toBe(0);
  });

  it('standalone: runs all of it with the page, and stops in order', async () => {
    const port = await freePort();
    const data = mkdtempSync(join(folder, 'data-'));
    chmodSync(data, 0o777);
    const all = start('standalone', { NATS_SERVER_BIN: await findNatsServer() }, ['--data', join(data, 'own'), '--port', String(port)]);
    await answers(`http://127.0.0.1:${port}/api/v1/health/ready`, 120);
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toContain('<div id="root">');
    all.kill('SIGTERM');
    expect(await ended(all)).toBe(0);
  });
});

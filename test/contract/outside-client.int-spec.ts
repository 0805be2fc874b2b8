import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { plannedZip } from '@app/archive';
import { generateDemoDataset } from '@app/dice-format';
import { startObjectStore, type LocalObjectStore } from '@app/local-services';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBackend, type BackendUnderTest } from './backend-under-test.js';
import { People } from './people.js';

/** Debian's own: other Pythons on the path know nothing of its packages. */
const PYTHON = '/usr/bin/python3';
const BUCKET = 'vision-outside';
const WRITE = { accessKeyId: 'outside-writer', secretAccessKey: 'outside-writer-secret-0123' };
const READ = { accessKeyId: 'outside-reader', secretAccessKey: 'outside-reader-secret-0123' };

const hasBoto3 = (): boolean => spawnSync(PYTHON, ['-c', 'import boto3'], { stdio: 'ignore' }).status === 0;

/** Debian's python3-boto3, installed where that is allowed. In CI it must be there. */
function boto3Present(): boolean {
  if (hasBoto3()) return true;
  if (process.getuid?.() === 0) {
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    spawnSync('apt-get', ['update'], { stdio: 'ignore', env: environment, timeout: 60_000 });
    spawnSync('apt-get', ['install', '-y', '--no-install-recommends', 'python3-boto3'], { stdio: 'ignore', env: environment, timeout: 100_000 });
    if (hasBoto3()) return true;
  }
  if (process.env['CI'] === 'true') throw new Error('python3-boto3 is not there: in CI the outside client must run.');
  process.stderr.write('SKIPPED: the outside S3 client, because python3-boto3 is not there. apt-get install python3-boto3.\n');
  return false;
}

let store: LocalObjectStore;
let backend: BackendUnderTest;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vision-outside-'));
  store = await startObjectStore({ dataDirectory: join(folder, 'store'), bucket: BUCKET, credentials: [{ ...WRITE, mode: 'read-write' }, { ...READ, mode: 'read-only' }] });
  backend = await startBackend({ S3_ENDPOINT: store.endpoint, S3_BUCKET: BUCKET, S3_ACCESS_KEY_ID: WRITE.accessKeyId, S3_SECRET_ACCESS_KEY: WRITE.secretAccessKey });
});
afterAll(async () => {
  await backend.close();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

async function demoZip(): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const entries = [...generateDemoDataset({ images: 6 }).entries];
  for await (const chunk of plannedZip(entries.map(({ name, bytes }) => ({ name, sizeBytes: bytes.length, crc32: crc32(bytes), open: () => [bytes] }))).stream()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe.runIf(boto3Present())('an S3 client that is not ours (boto3)', () => {
  it('reads the product\'s bucket, and is read by ours', async () => {
    const people = new People(backend);
    const token = await people.logInAdmin();
    const zip = await demoZip();
    const form = new FormData();
    form.set('file', new Blob([zip as Uint8Array<ArrayBuffer>]), 'd.zip');
    const { id } = (await people.call<{ id: string }>('POST', 'datasets/upload', { token, form })).body;
    const { url } = (await people.call<{ url: string }>('GET', `datasets/${id}/download`, { token })).body;
    const key = `datasets/${id}/uploads/1.zip`;
    const given = {
      ...{ endpoint: store.endpoint, bucket: BUCKET, key, prefix: `datasets/${id}/`, outside_prefix: 'outside/', presigned_by_us: url, file: join(folder, 'large.bin') },
      ...{ access_key_id: WRITE.accessKeyId, secret_access_key: WRITE.secretAccessKey, readonly_access_key_id: READ.accessKeyId, readonly_secret_access_key: READ.secretAccessKey },
    };
    const script = new URL('./outside-client.py', import.meta.url).pathname;
    const { stdout } = await promisify(execFile)(PYTHON, [script], { env: { PATH: process.env['PATH'], OUTSIDE_CLIENT: JSON.stringify(given) }, timeout: 50_000 });
    const { presigned_by_boto3: byBoto3, ...seen } = JSON.parse(stdout) as Record<string, unknown>;
    const sha256 = createHash('sha256').update(zip).digest('hex');
    expect(seen).toEqual({
      ...{ listed: expect.arrayContaining([key]) as unknown, whole_sha256: sha256, range_is_exact: true, head_bytes: zip.length, presigned_by_us_sha256: sha256, disposition: expect.stringContaining(`${id}.zip`) as unknown },
      ...{ multipart_etag_parts: '3', multipart_same: true, copied_bytes: 12 * 1024 * 1024 },
      ...{ reader_reads: true, reader_puts: 'AccessDenied', reader_overwrites: 'AccessDenied', reader_deletes: 'AccessDenied', reader_begins: 'AccessDenied', wrong_secret: 'SignatureDoesNotMatch', left: 0 },
    });
    const read = await fetch(String(byBoto3));
    expect(read.status).toBe(200);
    expect(createHash('sha256').update(Buffer.from(await read.arrayBuffer())).digest('hex')).toBe(sha256);
  });
});

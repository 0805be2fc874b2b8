import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compileFolder } from '@app/testing';

const CREDENTIAL = { accessKeyId: 'writer', secretAccessKey: 'w'.repeat(20) };
const Bucket = 'vision';
const ENTRY = `
import { startObjectStore } from './object-store/index.js';
const store = await startObjectStore({ dataDirectory: process.argv[2], bucket: 'vision', credentials: [{ ...${JSON.stringify(CREDENTIAL)}, mode: 'read-write' }] });
console.log(store.endpoint);
`;

let code: string;
let folder: string;
let child: ChildProcess | undefined;
let client: S3Client;

/** The server as a process. With `fileKiB` no file of it can grow beyond: the kernel refuses the write, as on a full disk. */
async function start(fileKiB?: number): Promise<void> {
  const limit = fileKiB === undefined ? '' : `ulimit -f ${fileKiB} && `;
  const started = spawn('bash', ['-c', `${limit}exec "$0" "$1" "$2"`, process.execPath, join(code, 'entry.js'), folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  child = started;
  const [endpoint] = (await once(createInterface({ input: started.stdout }), 'line')) as [string];
  client = new S3Client({ endpoint, region: 'auto', credentials: CREDENTIAL, forcePathStyle: true, maxAttempts: 1 });
}
async function kill(): Promise<void> {
  client.destroy();
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
const put = (Key: string, Body: string | Uint8Array): Promise<unknown> => client.send(new PutObjectCommand({ Bucket, Key, Body }));
const read = async (Key: string): Promise<string | undefined> => (await client.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();
const blobCount = async (): Promise<number> => (await readdir(join(folder, 'blobs'), { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).length;

beforeAll(async () => {
  code = await mkdtemp(join(tmpdir(), 'vision-store-code-'));
  await compileFolder(dirname(fileURLToPath(import.meta.url)), join(code, 'object-store'));
  await writeFile(join(code, 'package.json'), '{"type":"module"}');
  await writeFile(join(code, 'entry.js'), ENTRY);
});
afterAll(() => rm(code, { recursive: true, force: true }));
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vision-store-'));
});
afterEach(async () => {
  await kill();
  await rm(folder, { recursive: true, force: true });
});

describe('the embedded store as a process', () => {
  it('has every acknowledged object, whole, after each of eight kills under eight writers', async () => {
    /** Key to the texts that it may have: the last acknowledged one, and one that was sent and not answered. */
    const ledger = new Map<string, Set<string>>();
    for (let round = 0; round < 8; round += 1) {
      await start();
      for (const [key, texts] of ledger) expect(texts).toContain(await read(key));
      let stop = false;
      const writers = Array.from({ length: 8 }, async (_, writer) => {
        for (let count = 0; !stop; count += 1) {
          const key = `w${writer}/${count % 5}`;
          const text = `${round}/${count} `.repeat(2_000);
          const before = ledger.get(key);
          if (before !== undefined) before.add(text);
          if (!(await put(key, text).then(() => true, () => false))) return;
          ledger.set(key, new Set([text]));
        }
      });
      await new Promise((resolve) => setTimeout(resolve, 150 + 40 * round));
      await kill();
      stop = true;
      await Promise.all(writers);
    }
    expect(ledger.size).toBe(40);
    await start();
    for (const [key, texts] of ledger) expect(texts).toContain(await read(key));
    // A key whose first put was never answered may be there as well; nothing else is.
    expect(await blobCount()).toBeLessThanOrEqual(40);
  });

  it('says that the disk is full, leaves nothing half-written and goes on when there is room', async () => {
    await start(64);
    await put('small', 'value');
    await expect(put('large', new Uint8Array(100_000))).rejects.toMatchObject({ name: 'StorageFull', $metadata: { httpStatusCode: 507 } });
    expect(await blobCount()).toBe(1);
    // Small objects until the journal itself has no room.
    const acknowledged: string[] = [];
    let refused: unknown;
    for (let index = 0; index < 1_000 && refused === undefined; index += 1) {
      const key = `${'k'.repeat(500)}/${index}`;
      await put(key, `value ${index}`).then(() => acknowledged.push(key), (error: unknown) => (refused = error));
    }
    expect(refused).toMatchObject({ name: 'StorageFull' });
    expect(acknowledged.length).toBeGreaterThan(20);
    expect(await read('small')).toBe('value');
    expect(await blobCount()).toBe(acknowledged.length + 1);
    // The line of a delete has room where the long one had none: only if nothing of the long one is left.
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'small' }));
    await kill();
    await start();
    await expect(read('small')).rejects.toMatchObject({ name: 'NoSuchKey' });
    for (const [index, key] of acknowledged.entries()) expect(await read(key)).toBe(`value ${index}`);
    await put('after', 'more');
    await kill();
    await start();
    expect(await read('after')).toBe('more');
  });
});

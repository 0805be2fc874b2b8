import { randomBytes } from 'node:crypto';
import { appendFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startObjectStore, type LocalObjectStore, type StoreCredential } from './index.js';

const MIB = 1024 * 1024;
const WRITE: StoreCredential = { accessKeyId: 'writer', secretAccessKey: 'w'.repeat(20), mode: 'read-write' };
const READ: StoreCredential = { accessKeyId: 'reader', secretAccessKey: 'r'.repeat(20), mode: 'read-only' };
const Bucket = 'vision';

let folder: string;
let server: LocalObjectStore;
let client: S3Client;
const logged: string[] = [];

const start = async (): Promise<void> => {
  server = await startObjectStore({ dataDirectory: folder, bucket: Bucket, credentials: [WRITE, READ], log: (message) => logged.push(message) });
  client = sdk(WRITE);
};
const sdk = (credential: StoreCredential): S3Client =>
  new S3Client({ endpoint: server.endpoint, region: 'auto', credentials: credential, forcePathStyle: true, maxAttempts: 1, requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' });
const put = (Key: string, Body: Uint8Array | string): Promise<unknown> => client.send(new PutObjectCommand({ Bucket, Key, Body }));
const read = async (Key: string): Promise<Uint8Array | undefined> => (await client.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToByteArray();
const openFiles = async (): Promise<number> => (await readdir('/proc/self/fd')).length;
const journal = (): string => join(folder, 'journal.ndjson');

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vision-store-'));
  logged.length = 0;
  await start();
});

afterEach(async () => {
  client.destroy();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

describe('bytes that somebody still refers to', () => {
  it('stay when the source of a copy is deleted at the same moment', async () => {
    for (let round = 0; round < 30; round += 1) {
      await put('source', `value ${round}`);
      // The delete waits behind other changes while the copy begins.
      const others = Array.from({ length: 12 }, (_, index) => put(`other/${index}`, 'x'));
      const [deleted, copied] = await Promise.allSettled([
        client.send(new DeleteObjectCommand({ Bucket, Key: 'source' })),
        client.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/source` })),
        ...others,
      ]);
      expect(deleted.status).toBe('fulfilled');
      if (copied.status === 'fulfilled') expect(Buffer.from((await read('copy')) ?? '').toString()).toBe(`value ${round}`);
    }
  });

  it('are whole for every reader while the object is overwritten without a pause', async () => {
    await put('k', 'a'.repeat(2 * MIB));
    let stop = false;
    const writer = (async () => {
      for (let round = 0; !stop; round += 1) await put('k', 'ab'.charAt(round % 2).repeat(2 * MIB));
    })();
    try {
      for (let round = 0; round < 60; round += 1) {
        const bytes = Buffer.from((await read('k')) ?? '');
        expect(bytes.length).toBe(2 * MIB);
        expect(bytes.every((byte) => byte === bytes[0])).toBe(true);
      }
    } finally {
      stop = true;
      await writer;
    }
  });

  it('are the named ones when a part is sent again while the upload is completed', async () => {
    for (let round = 0; round < 20; round += 1) {
      const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'm' }));
      const target = { Bucket, Key: 'm', UploadId };
      const { ETag } = await client.send(new UploadPartCommand({ ...target, PartNumber: 1, Body: `first ${round}` }));
      const others = Array.from({ length: 12 }, (_, index) => put(`other/${index}`, 'x'));
      const [, done] = await Promise.allSettled([
        client.send(new UploadPartCommand({ ...target, PartNumber: 1, Body: `second ${round}` })),
        client.send(new CompleteMultipartUploadCommand({ ...target, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } })),
        ...others,
      ]);
      if (done.status === 'fulfilled') expect(Buffer.from((await read('m')) ?? '').toString()).toBe(`first ${round}`);
    }
  });

  it('are let go of: readers that leave do not leave files open', async () => {
    await put('k', randomBytes(8 * MIB));
    const url = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: 'k' }), { expiresIn: 60 });
    const before = await openFiles();
    for (let round = 0; round < 40; round += 1) {
      await new Promise<void>((resolve) => {
        const asked = httpRequest(url, { agent: false }, (answer) => answer.destroy()).on('error', () => undefined);
        asked.on('close', resolve).end();
        if (round % 2 === 0) setTimeout(() => asked.destroy(), round / 8);
      });
    }
    await expect.poll(openFiles, { timeout: 5_000 }).toBeLessThanOrEqual(before + 2);
  });
});

describe('the journal', () => {
  it('loses only a line that was cut off', async () => {
    await put('a', 'one');
    await put('b', 'two');
    await server.close();
    const size = (await readFile(journal())).length;
    await truncate(journal(), size - 5);
    await start();
    expect(Buffer.from((await read('a')) ?? '').toString()).toBe('one');
    await expect(read('b')).rejects.toMatchObject({ name: 'NoSuchKey' });
    await put('c', 'three');
    await server.close();
    await start();
    expect(Buffer.from((await read('c')) ?? '').toString()).toBe('three');
  });

  it('is not begun anew when it cannot be read: the store refuses to start, and no byte is removed', async () => {
    await put('a', 'one');
    await server.close();
    const whole = await readFile(journal());
    await writeFile(journal(), '');
    await appendFile(journal(), 'not json\n');
    await appendFile(journal(), whole);
    await expect(start()).rejects.toThrow(/journal/);
    await rm(journal());
    await writeFile(join(folder, 'saved'), whole);
    // A folder in its place cannot be read as a file: as any error of the disk.
    const { mkdir } = await import('node:fs/promises');
    await mkdir(journal());
    await expect(start()).rejects.toThrow();
    await rm(journal(), { recursive: true });
    await writeFile(journal(), whole);
    await start();
    expect(Buffer.from((await read('a')) ?? '').toString()).toBe('one');
  });
});

describe('what clients are told', () => {
  it('is the refusal, not a cut connection, when a large body is refused', async () => {
    const reader = sdk(READ);
    for (let round = 0; round < 5; round += 1) {
      await expect(reader.send(new PutObjectCommand({ Bucket, Key: 'k', Body: randomBytes(20 * MIB) }))).rejects.toMatchObject({ name: 'AccessDenied' });
    }
    reader.destroy();
  });

  it('takes keys with spaces at their ends as they are', async () => {
    for (const key of [' a', 'a ', 'a']) await put(key, key);
    await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: ' a' }, { Key: 'a ' }] } }));
    const { Contents } = await client.send(new ListObjectsV2Command({ Bucket }));
    expect((Contents ?? []).map(({ Key }) => Key)).toEqual(['a']);
  });

  it('keeps running when a header cannot be sent back', async () => {
    await put('k', 'v');
    const url = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: 'k', ResponseContentDisposition: 'attachment; filename=한글' }), { expiresIn: 60 });
    expect((await fetch(url)).status).toBe(400);
    expect((await client.send(new HeadObjectCommand({ Bucket, Key: 'k' }))).ContentLength).toBe(1);
  });

  it('survives requests of nonsense', async () => {
    const { connect } = await import('node:net');
    const nonsense = ['GET / HTTP/1.1\r\n\r\n', 'GET http://x/%zz?%zz=%zz HTTP/1.1\r\nHost: x\r\n\r\n', 'PUT /vision/%ff HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab', 'OPTIONS * HTTP/1.1\r\nHost: x\r\nOrigin: \u00ff\r\nAccess-Control-Request-Headers: \u00ff\r\n\r\n', 'GET /vision/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature HTTP/1.1\r\nHost: x\r\n\r\n', '\u0000\u0001\u0002'];
    for (let round = 0; round < 200; round += 1) {
      const text = Buffer.from(nonsense[round % nonsense.length] ?? '', 'latin1');
      if (round >= nonsense.length) text[round % text.length] = (round * 37) % 256;
      await new Promise<void>((resolve) => {
        const socket = connect(server.port, '127.0.0.1', () => socket.end(text));
        socket.on('data', () => undefined).on('error', () => undefined).on('close', () => resolve());
        socket.setTimeout(500, () => socket.destroy());
      });
    }
    await put('k', 'still there');
    expect(logged).toEqual([]);
  });
});

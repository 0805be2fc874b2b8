import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { startObjectStore, type LocalObjectStore } from '@app/local-services';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CopySourceChanged, ObjectExists, S3ObjectStore, SigV4Presigner, StoreAccessDenied, type ObjectStore } from './index.js';

const MIB = 1024 * 1024;
const WRITE = { accessKeyId: 'writer', secretAccessKey: 'w'.repeat(20), mode: 'read-write' } as const;
const READ = { accessKeyId: 'reader', secretAccessKey: 'r'.repeat(20), mode: 'read-only' } as const;

let folder: string;
let server: LocalObjectStore;
let store: S3ObjectStore;
let clients: { close(): void }[] = [];

const adapter = (credential: { accessKeyId: string; secretAccessKey: string }): S3ObjectStore => {
  const made = new S3ObjectStore({ endpoint: server.endpoint, region: 'auto', bucket: 'vision', ...credential, maxAttempts: 1, copyPartBytes: 6 * MIB });
  clients.push(made);
  return made;
};
const start = async (): Promise<LocalObjectStore> => startObjectStore({ dataDirectory: folder, bucket: 'vision', credentials: [WRITE, READ], corsOrigins: ['http://page.test'] });
const presigner = (): SigV4Presigner => new SigV4Presigner({ endpoint: server.endpoint, region: 'auto', bucket: 'vision', ...WRITE });
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
async function* pieces(bytes: Uint8Array, size = 100_000): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
const read = async (from: ObjectStore, key: string): Promise<Buffer> => Buffer.from(await from.getBytes(key, 100 * MIB));
async function blobCount(): Promise<number> {
  const prefixes = await readdir(join(folder, 'blobs'));
  return (await Promise.all(prefixes.map((prefix) => readdir(join(folder, 'blobs', prefix))))).flat().length;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vision-store-'));
  server = await start();
  clients = [];
  store = adapter(WRITE);
});

afterEach(async () => {
  for (const client of clients) client.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

describe('S3ObjectStore on the embedded store', () => {
  it('uploads a stream in parts, reads it whole and by range, and leaves no part behind', async () => {
    const bytes = randomBytes(13 * MIB + 17);
    const result = await store.upload('a/b.bin', pieces(bytes), { partBytes: 5 * MIB, contentType: 'application/x-test' });
    expect(result).toMatchObject({ sizeBytes: bytes.length, sha256: sha256(bytes) });
    expect(sha256(await read(store, 'a/b.bin'))).toBe(sha256(bytes));
    const ranged = await store.getBytes('a/b.bin', MIB, { range: { start: 5 * MIB - 3, end: 5 * MIB + 2 } });
    expect(Buffer.from(ranged)).toEqual(bytes.subarray(5 * MIB - 3, 5 * MIB + 3));
    expect(await store.abortStaleUploads('', new Date(Date.now() + 1000))).toBe(0);
  });

  it('leaves nothing of an upload that fails or is aborted', async () => {
    async function* broken(): AsyncIterable<Uint8Array> {
      yield randomBytes(11 * MIB);
      throw new Error('the client went away');
    }
    await expect(store.upload('x', broken(), { partBytes: 5 * MIB })).rejects.toThrow('the client went away');
    const abort = new AbortController();
    async function* endless(): AsyncIterable<Uint8Array> {
      for (let count = 0; ; count += 1) {
        if (count === 3) abort.abort(new Error('stopped'));
        yield randomBytes(4 * MIB);
      }
    }
    await expect(store.upload('x', endless(), { partBytes: 5 * MIB, signal: abort.signal })).rejects.toThrow('stopped');
    expect(await store.head('x')).toBeNull();
    expect(await blobCount()).toBe(0);
  });

  it('lets exactly one of twenty create a key', async () => {
    const results = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => store.put('only-once', Buffer.from(`writer ${index}`), { onlyIfAbsent: true })));
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    expect(results.filter((result) => result.status === 'rejected' && result.reason instanceof ObjectExists)).toHaveLength(19);
    expect(await blobCount()).toBe(1);
  });

  it.each([
    ['one copy and one part', 2, { prefixBytes: 12 * MIB, restBytes: 5_000 }],
    ['a remainder that is read, and new bytes in several parts', 5, { prefixBytes: 39 * MIB + 11, restBytes: 40 * MIB }],
    ['new bytes that are put aside', 2, { prefixBytes: 40 * MIB + 3, restBytes: 18 * MIB + 5, aboutBytes: 19 * MIB }],
    ['more new bytes put aside than were told', 3, { prefixBytes: 20 * MIB + 3, restBytes: 22 * MIB, aboutBytes: 1_000 }],
  ])('goes on where another object ends: %s', async (_, parts, { prefixBytes, restBytes, aboutBytes }: { prefixBytes: number; restBytes: number; aboutBytes?: number }) => {
    const [bytes, rest] = [randomBytes(prefixBytes + 100), randomBytes(restBytes)];
    await store.upload('base', pieces(bytes, MIB));
    const progress: number[] = [];
    const made = await store.extend('extended', { key: 'base', bytes: prefixBytes }, () => pieces(rest), { onlyIfAbsent: true, ...(aboutBytes === undefined ? {} : { aboutBytes }), onProgress: (done) => progress.push(done) });
    const whole = Buffer.concat([bytes.subarray(0, prefixBytes), rest]);
    expect(sha256(await read(store, 'extended'))).toBe(sha256(whole));
    expect(made.sizeBytes).toBe(whole.length);
    expect(progress.at(-1)).toBe(whole.length);
    expect(made.etag).toContain(`-${parts}"`);
    await expect(store.extend('extended', { key: 'base', bytes: prefixBytes }, () => pieces(rest), { onlyIfAbsent: true })).rejects.toBeInstanceOf(ObjectExists);
    await expect(store.extend('other', { key: 'gone', bytes: prefixBytes }, () => pieces(rest))).rejects.toMatchObject({ code: 'not-found' });
    // Copied only while it is the object that is meant.
    const etag = (await store.head('base'))?.etag ?? '';
    await expect(store.extend('other', { key: 'base', bytes: prefixBytes, etag: etag.replace(/[0-9a-f]/, (digit) => (digit === '0' ? '1' : '0')) }, () => pieces(rest))).rejects.toBeInstanceOf(CopySourceChanged);
    await expect(store.head('other')).resolves.toBeNull();
    await expect(store.extend('other', { key: 'base', bytes: prefixBytes, etag }, () => pieces(rest))).resolves.toMatchObject({ sizeBytes: whole.length });
    expect(await store.abortStaleUploads('', new Date(Date.now() + 60_000))).toBe(0);
    for await (const { key } of store.list('staging/')) expect.fail(`${key} was left`);
  });

  it('copies and composes inside the store without a byte', async () => {
    const bytes = randomBytes(13 * MIB);
    await store.upload('source', pieces(bytes), { partBytes: 5 * MIB });
    const before = await blobCount();
    await store.copy('source', 'copy');
    await store.compose('composed', [
      { kind: 'copy', key: 'source', range: { start: 0, end: 6 * MIB - 1 } },
      { kind: 'copy', key: 'source', range: { start: 6 * MIB, end: 12 * MIB - 1 } },
      { kind: 'bytes', bytes: Buffer.from('tail') },
    ]);
    expect(sha256(await read(store, 'copy'))).toBe(sha256(bytes));
    expect(sha256(await read(store, 'composed'))).toBe(sha256(Buffer.concat([bytes.subarray(0, 12 * MIB), Buffer.from('tail')])));
    expect(await blobCount()).toBe(before + 1);
    await store.delete(['source']);
    expect(sha256(await read(store, 'copy'))).toBe(sha256(bytes));
    await store.delete(['copy', 'composed']);
    expect(await blobCount()).toBe(0);
  });

  it("refuses parts that break R2's rule", async () => {
    const bytes = (size: number): { kind: 'bytes'; bytes: Uint8Array } => ({ kind: 'bytes', bytes: randomBytes(size) });
    await expect(store.compose('x', [bytes(5 * MIB), bytes(6 * MIB), bytes(1)])).rejects.toThrow('differ in size');
    await expect(store.compose('x', [bytes(5 * MIB), bytes(6 * MIB)])).rejects.toThrow('too large');
  });

  it('reads on from the old object while it is overwritten and deleted', async () => {
    const old = randomBytes(8 * MIB);
    await store.put('k', old);
    const open = await store.get('k');
    await store.put('k', randomBytes(8 * MIB));
    await store.delete(['k']);
    const chunks: Buffer[] = [];
    for await (const chunk of open.body) chunks.push(chunk as Buffer);
    expect(sha256(Buffer.concat(chunks))).toBe(sha256(old));
  });

  it('keeps names as they are: dots, slashes, Korean, control characters, long ones', async () => {
    const keys = ['../../etc/passwd', 'a//b', './x', '한글/이름 1.png', 'tab\tnew\nline', `${'n'.repeat(900)}/x`, 'plus+and space', "quote'()*!"];
    for (const key of keys) await store.put(key, Buffer.from(key));
    for (const key of keys) expect((await read(store, key)).toString()).toBe(key);
    const listed: string[] = [];
    for await (const { key } of store.list('')) listed.push(key);
    expect(listed).toEqual([...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  });

  it('lists in pages with common prefixes', async () => {
    for (let index = 0; index < 25; index += 1) await store.put(`p/${String(index % 5)}/${String(index)}`, Buffer.from('x'));
    const client = sdk({});
    const prefixes: string[] = [];
    let token: string | undefined;
    do {
      const page = await client.send(new ListObjectsV2Command({ Bucket: 'vision', Prefix: 'p/', Delimiter: '/', MaxKeys: 2, ContinuationToken: token }));
      prefixes.push(...(page.CommonPrefixes ?? []).map((one) => one.Prefix ?? ''));
      token = page.NextContinuationToken;
    } while (token !== undefined);
    expect(prefixes).toEqual(['p/0/', 'p/1/', 'p/2/', 'p/3/', 'p/4/']);
  });

  it('refuses every write of the read-only credential, and any other bucket', async () => {
    await store.put('k', Buffer.from('v'));
    const reader = adapter(READ);
    expect((await read(reader, 'k')).toString()).toBe('v');
    await expect(reader.put('k', Buffer.from('w'))).rejects.toBeInstanceOf(StoreAccessDenied);
    await expect(reader.delete(['k'])).rejects.toBeInstanceOf(StoreAccessDenied);
    await expect(reader.copy('k', 'l')).rejects.toBeInstanceOf(StoreAccessDenied);
    await expect(reader.upload('l', pieces(randomBytes(11 * MIB)))).rejects.toBeInstanceOf(StoreAccessDenied);
    const elsewhere = new S3ObjectStore({ endpoint: server.endpoint, region: 'auto', bucket: 'another', ...READ, maxAttempts: 1 });
    await expect(elsewhere.get('k')).rejects.toBeInstanceOf(StoreAccessDenied);
    elsewhere.close();
    expect((await read(store, 'k')).toString()).toBe('v');
  });

  it('has everything that was acknowledged after a start anew', async () => {
    const bytes = randomBytes(11 * MIB);
    await store.upload('kept', pieces(bytes), { partBytes: 5 * MIB });
    await store.put('gone', Buffer.from('x'));
    await store.delete(['gone']);
    await server.close();
    server = await start();
    store = adapter(WRITE);
    expect(sha256(await read(store, 'kept'))).toBe(sha256(bytes));
    expect(await store.head('gone')).toBeNull();
  });
});

function sdk(options: Partial<ConstructorParameters<typeof S3Client>[0]>): S3Client {
  return new S3Client({ endpoint: server.endpoint, region: 'auto', credentials: WRITE, forcePathStyle: true, maxAttempts: 1, ...options });
}

describe('the embedded store and the SDK with its default settings', () => {
  it('takes a streamed body with a checksum trailer and stores the bytes, not the framing', async () => {
    const bytes = randomBytes(3 * MIB);
    const { Readable } = await import('node:stream');
    await sdk({}).send(new PutObjectCommand({ Bucket: 'vision', Key: 'streamed', Body: Readable.from([bytes]), ContentLength: bytes.length }));
    expect(sha256(await read(store, 'streamed'))).toBe(sha256(bytes));
  });

  it('refuses a body under a checksum that is not its own, in the header and in a presigned URL', async () => {
    const wrong = createHash('sha256').update('other').digest('base64');
    await expect(sdk({}).send(new PutObjectCommand({ Bucket: 'vision', Key: 'k', Body: 'text', ChecksumSHA256: wrong }))).rejects.toThrow();
    const url = await getSignedUrl(sdk({}), new PutObjectCommand({ Bucket: 'vision', Key: 'k' }), { expiresIn: 60 });
    expect((await fetch(url, { method: 'PUT', body: 'text' })).status).toBe(400);
    expect(await store.head('k')).toBeNull();
  });
});

describe('presigned URLs', () => {
  const put = (key: string, bytes: Uint8Array): ReturnType<SigV4Presigner['presignPut']> =>
    presigner().presignPut(key, { sizeBytes: bytes.length, sha256: sha256(bytes), contentType: 'application/octet-stream', expiresInSeconds: 60 });
  const send = (signed: { url: string; headers: Readonly<Record<string, string>> }, bytes: Uint8Array, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(signed.url, { method: 'PUT', body: bytes as Uint8Array<ArrayBuffer>, headers: { ...signed.headers, ...headers } });

  it('reads by GET and nothing else', async () => {
    await store.put('k', Buffer.from('value'));
    const { url } = presigner().presignGet('k');
    expect(await (await fetch(url)).text()).toBe('value');
    for (const method of ['PUT', 'DELETE', 'HEAD', 'POST']) expect((await fetch(url, { method })).status).toBe(403);
    expect((await fetch(`${url}&acl`)).status).toBe(403);
    expect((await fetch(url.replace('/k?', '/l?'))).status).toBe(403);
    expect((await fetch(url.replace(/X-Amz-Expires=\d+/, 'X-Amz-Expires=604800'))).status).toBe(403);
    expect((await fetch(url.replace(/Signature=./, 'Signature=g'))).status).toBe(403);
    expect((await fetch(url.split('?')[0] ?? '')).status).toBe(403);
    expect((await read(store, 'k')).toString()).toBe('value');
  });

  it('ends when it says, and does not begin before', async () => {
    await store.put('k', Buffer.from('value'));
    const at = (milliseconds: number): string => new SigV4Presigner({ endpoint: server.endpoint, region: 'auto', bucket: 'vision', ...WRITE, now: () => new Date(Date.now() + milliseconds) }).presignGet('k').url;
    expect((await fetch(at(-2 * 3600_000))).status).toBe(403);
    expect((await fetch(at(2 * 3600_000))).status).toBe(403);
    expect((await fetch(at(0))).status).toBe(200);
  });

  it('writes exactly the declared bytes, once', async () => {
    const bytes = randomBytes(1000);
    const signed = put('models/j/checkpoint-epoch-1.ckpt', bytes);
    expect((await send(signed, randomBytes(1000))).status).toBe(400);
    // The client library itself may refuse to send fewer bytes than the signed header says.
    expect(await send(signed, randomBytes(999)).then((answer) => answer.status, () => 'not sent')).not.toBe(200);
    expect(await store.head('models/j/checkpoint-epoch-1.ckpt')).toBeNull();
    expect((await send(signed, bytes)).status).toBe(200);
    expect((await send(signed, bytes)).status).toBe(412);
    expect(sha256(await read(store, 'models/j/checkpoint-epoch-1.ckpt'))).toBe(sha256(bytes));
  });

  it('cannot be given an effect that was not signed', async () => {
    const bytes = randomBytes(10);
    await store.put('other', Buffer.from('secret'));
    const signed = put('mine', bytes);
    expect((await send(signed, bytes, { 'x-amz-copy-source': '/vision/other' })).status).toBe(403);
    expect((await send(signed, bytes, { 'x-amz-acl': 'public-read' })).status).toBe(403);
    expect(await store.head('mine')).toBeNull();
  });

  it('answers CORS to the page alone, on errors too', async () => {
    const { url } = presigner().presignGet('absent');
    const asked = async (origin: string): Promise<string | null> => (await fetch(url, { headers: { origin } })).headers.get('access-control-allow-origin');
    expect(await asked('http://page.test')).toBe('http://page.test');
    for (const origin of ['http://evil.test', 'null', 'http://page.test.evil', 'https://page.test']) expect(await asked(origin)).toBeNull();
  });

  it('is understood from the SDK as well', async () => {
    await store.put('k', Buffer.from('value'));
    const url = await getSignedUrl(sdk({ responseChecksumValidation: 'WHEN_REQUIRED' }), new GetObjectCommand({ Bucket: 'vision', Key: 'k' }), { expiresIn: 60 });
    expect(await (await fetch(url)).text()).toBe('value');
  });
});

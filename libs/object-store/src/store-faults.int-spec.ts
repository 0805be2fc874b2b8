import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request as httpRequest, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { startObjectStore, type LocalObjectStore } from '@app/local-services';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ObjectExists, S3ObjectStore, StoreUnavailable } from './index.js';
import { createS3Client } from './s3-client.js';

const MIB = 1024 * 1024;
const CREDENTIAL = { accessKeyId: 'writer', secretAccessKey: 'w'.repeat(20) };
/** What happens to a request that has reached the store, or not: 'pass' it; 'lose' the answer; 'cut' the body after 100,000 bytes; or answer this status instead. */
type Fault = 'pass' | 'lose' | 'cut' | number;

let folder: string;
let server: LocalObjectStore;
let proxy: Server;
let store: S3ObjectStore;
let faults: (request: IncomingMessage) => Fault = () => 'pass';
let seen = 0;

function forward(request: IncomingMessage, response: ServerResponse): void {
  seen += 1;
  const fault = faults(request);
  if (typeof fault === 'number') {
    request.resume();
    request.on('end', () => response.writeHead(fault, { 'content-length': 0 }).end());
    return;
  }
  const { method, url, headers } = request;
  const onward = httpRequest({ port: server.port, method, path: url, headers }, (answer) => {
    if (fault === 'lose') {
      answer.resume().on('end', () => response.destroy());
      return;
    }
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    if (fault === 'pass') {
      answer.pipe(response);
      return;
    }
    let left = 100_000;
    answer.on('data', (chunk: Buffer) => {
      if (left > 0) response.write(chunk.subarray(0, left));
      left -= chunk.length;
      if (left <= 0) setTimeout(() => response.destroy(), 20);
    });
  });
  onward.on('error', () => response.destroy());
  request.pipe(onward);
}
/** The fault for the first such request, then none. */
const first = (method: string, fault: Fault, query = ''): ((request: IncomingMessage) => Fault) => {
  let left = 1;
  return (request) => {
    if (request.method !== method || !(request.url ?? '').includes(query) || left === 0) return 'pass';
    left -= 1;
    return fault;
  };
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vision-store-'));
  server = await startObjectStore({ dataDirectory: folder, bucket: 'vision', credentials: [{ ...CREDENTIAL, mode: 'read-write' }] });
  proxy = createServer(forward);
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  store = new S3ObjectStore({ endpoint, region: 'auto', bucket: 'vision', ...CREDENTIAL, maxAttempts: 3, copyPartBytes: 6 * MIB, requestTimeoutMilliseconds: 2_000 });
});
afterEach(() => {
  faults = () => 'pass';
});
afterAll(async () => {
  store.close();
  proxy.closeAllConnections();
  await new Promise((resolve) => proxy.close(resolve));
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const text = async (key: string): Promise<string> => Buffer.from(await store.getBytes(key, 100 * MIB)).toString();
const typeOf = async (key: string): Promise<string | undefined> => {
  const client = createS3Client({ endpoint: server.endpoint, region: 'auto', bucket: 'vision', ...CREDENTIAL });
  const { ContentType } = await client.send(new HeadObjectCommand({ Bucket: 'vision', Key: key }));
  client.destroy();
  return ContentType;
};
async function* twoParts(): AsyncIterable<Uint8Array> {
  yield Buffer.alloc(5 * MIB, 'a');
  yield Buffer.alloc(1_000, 'b');
}

describe('a copy', () => {
  it('overwrites nothing when the key was to be free: small, large and empty', async () => {
    for (const [name, size] of [['small', 10], ['large', 13 * MIB], ['empty', 0]] as const) {
      await store.put(`from/${name}`, randomBytes(size), { contentType: 'image/png' });
      await store.put(`taken/${name}`, Buffer.from('mine'));
      await expect(store.copy(`from/${name}`, `taken/${name}`, { onlyIfAbsent: true })).rejects.toBeInstanceOf(ObjectExists);
      expect(await text(`taken/${name}`)).toBe('mine');
      expect(await store.copy(`from/${name}`, `free/${name}`, { onlyIfAbsent: true })).toMatchObject({ sizeBytes: size });
      expect(Buffer.compare(await store.getBytes(`free/${name}`, 20 * MIB), await store.getBytes(`from/${name}`, 20 * MIB))).toBe(0);
    }
    expect(await store.abortStaleUploads('', new Date(Date.now() + 1_000))).toBe(0);
  });

  it('keeps the content type unless another is given', async () => {
    for (const size of [10, 13 * MIB]) {
      await store.put('typed', randomBytes(size), { contentType: 'image/png' });
      await store.copy('typed', 'same');
      await store.copy('typed', 'other', { contentType: 'image/webp' });
      expect([await typeOf('same'), await typeOf('other')]).toEqual(['image/png', 'image/webp']);
    }
  });
});

describe('an answer that got lost', () => {
  it('does not turn a create of ours into a conflict', async () => {
    faults = first('PUT', 'lose');
    await expect(store.put('once', Buffer.from('ours'), { onlyIfAbsent: true })).resolves.toMatchObject({ sizeBytes: 4 });
    faults = first('POST', 'lose', 'uploadId=');
    await expect(store.upload('twice', twoParts(), { partBytes: 5 * MIB, onlyIfAbsent: true })).resolves.toMatchObject({ sizeBytes: 5 * MIB + 1_000 });
    expect((await text('twice')).length).toBe(5 * MIB + 1_000);
  });

  it("is still a conflict when the bytes are somebody else's", async () => {
    await store.put('theirs', Buffer.from('theirs'));
    faults = first('PUT', 503);
    await expect(store.put('theirs', Buffer.from('ours'), { onlyIfAbsent: true })).rejects.toBeInstanceOf(ObjectExists);
    expect(await text('theirs')).toBe('theirs');
  });
});

describe('a store in trouble', () => {
  it('is asked a bounded number of times, then is unavailable with a time to come back and no internals', async () => {
    for (const status of [500, 503, 429]) {
      faults = () => status;
      seen = 0;
      const error: unknown = await store.head('secret-key').catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(StoreUnavailable);
      expect(error).toMatchObject({ code: 'unavailable', retryAfterSeconds: 5 });
      expect((error as StoreUnavailable).detail).not.toMatch(/secret-key|127\.0\.0\.1|vision|xml/i);
      expect(seen).toBe(3);
    }
  });

  it('succeeds after a passing fault', async () => {
    faults = first('PUT', 503);
    await store.put('passing', Buffer.from('x'));
    faults = first('GET', 500);
    expect(await text('passing')).toBe('x');
  });

  it('gives no short object when the body is cut', async () => {
    await store.put('big', randomBytes(MIB));
    faults = first('GET', 'cut');
    await expect(store.getBytes('big', 2 * MIB)).rejects.toBeInstanceOf(StoreUnavailable);
  });
});

describe('a read', () => {
  it("ends with the signal's reason when it is aborted, before and amid the body", async () => {
    await store.put('long', randomBytes(20 * MIB));
    for (const afterChunks of [0, 2]) {
      const abort = new AbortController();
      const { body } = await store.get('long', { signal: abort.signal });
      const reading = (async () => {
        let chunks = 0;
        if (afterChunks === 0) abort.abort(new Error('enough'));
        for await (const _ of body) if ((chunks += 1) === afterChunks) abort.abort(new Error('enough'));
      })();
      await expect(reading).rejects.toThrow('enough');
    }
  });

  it('outside of the object is refused as that, not as an outage', async () => {
    await store.put('ten', Buffer.from('0123456789'));
    await expect(store.get('ten', { range: { start: 10 } })).rejects.toBeInstanceOf(RangeError);
    expect(Buffer.from(await store.getBytes('ten', 10, { range: { start: 8 } })).toString()).toBe('89');
  });
});

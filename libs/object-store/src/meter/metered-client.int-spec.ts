import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startObjectStore, type LocalObjectStore } from '@app/local-services';
import { startStoreProxy, type StoreProxy } from '@app/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MeteredPresigner, S3MultipartUploads, S3ObjectStore, SigV4Presigner, StoreMeter } from '../index.js';

const MIB = 1024 * 1024;
const KEYS = { accessKeyId: 'writer', secretAccessKey: 'w'.repeat(20) };

let folder: string;
let server: LocalObjectStore;
let proxy: StoreProxy;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vision-meter-'));
  server = await startObjectStore({ dataDirectory: folder, bucket: 'vision', credentials: [{ ...KEYS, mode: 'read-write' }] });
  proxy = await startStoreProxy(server.port);
});

afterAll(async () => {
  await proxy.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

/** What the store itself counted, by operation. */
const ofTheStore = (): Record<string, number> => Object.fromEntries(Object.entries(server.stats()).map(([name, { requests }]) => [name.split(':')[0] ?? '', requests]));

function ofTheMeter(meter: StoreMeter, kinds: readonly string[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { operation, kind, count } of meter.totals()) if (kinds.includes(kind)) sums[operation] = (sums[operation] ?? 0) + count;
  return sums;
}

async function* piecesOf(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

describe('the meter and the request log of the store', () => {
  it('agree on every call of a script that uses all of them, URLs used by others included', async () => {
    const meter = new StoreMeter();
    const options = { endpoint: server.endpoint, region: 'auto', bucket: 'vision', ...KEYS, meter };
    const [store, uploads] = [new S3ObjectStore({ ...options, copyPartBytes: 6 * MIB }), new S3MultipartUploads(options)];
    const presigner = new MeteredPresigner(new SigV4Presigner(options), meter);
    server.resetStats();
    await store.ping();
    await store.put('datasets/a/one', randomBytes(10), { onlyIfAbsent: true });
    await expect(store.put('datasets/a/one', randomBytes(10), { onlyIfAbsent: true })).rejects.toThrow();
    await store.upload('datasets/a/big', piecesOf(randomBytes(13 * MIB)));
    await store.copy('datasets/a/one', 'datasets/a/two');
    await store.copy('datasets/a/big', 'datasets/a/bigger');
    const big = await store.head('datasets/a/big');
    await store.extend('datasets/a/longer', { key: 'datasets/a/big', bytes: 12 * MIB, etag: big?.etag ?? '' }, () => piecesOf(randomBytes(100)));
    expect(await store.head('absent')).toBeNull();
    await store.getBytes('datasets/a/one', 100);
    for await (const object of store.list('datasets/a/')) expect(object.key).toContain('datasets/a/');
    const begun = await uploads.begin('staging/x', 'application/zip');
    await uploads.parts('staging/x', begun);
    expect(await store.abortStaleUploads('staging/', new Date(Date.now() + 60_000))).toBe(1);
    const body = Buffer.from('by url');
    const { url, headers } = presigner.presignPart('staging/y', { uploadId: await uploads.begin('staging/y', 'application/zip'), number: 1, sizeBytes: body.length, expiresInSeconds: 60 });
    expect((await fetch(url, { method: 'PUT', headers, body })).status).toBe(200);
    expect((await fetch(presigner.presignGet('datasets/a/one').url)).status).toBe(200);
    await store.delete(['datasets/a/one', 'datasets/a/two']);
    // Each URL was used exactly once here.
    expect(ofTheMeter(meter, ['sent', 'minted'])).toEqual(ofTheStore());
    expect(meter.totals().find(({ operation }) => operation === 'CopyObject')).toMatchObject({ scope: 'datasets/a', count: 1, kind: 'sent' });
    store.close();
    uploads.close();
  });

  it('count each try, answered or not, and none that no store heard', async () => {
    const meter = new StoreMeter();
    const options = { region: 'auto', bucket: 'vision', ...KEYS, meter };
    const store = new S3ObjectStore({ ...options, endpoint: proxy.endpoint });
    let refusals = 2;
    proxy.before = () => {
      if (refusals-- > 0) throw new Error('cut');
    };
    const before = proxy.log.length;
    await store.put('tries', randomBytes(4));
    expect(proxy.log.length - before).toBe(3);
    expect(ofTheMeter(meter, ['sent'])).toEqual({ PutObject: 3 });
    store.close();
    const nobody = new S3ObjectStore({ ...options, endpoint: 'http://127.0.0.1:9', maxAttempts: 2 });
    await expect(nobody.head('x')).rejects.toThrow();
    nobody.close();
    const stranger = new S3ObjectStore({ ...options, endpoint: server.endpoint, secretAccessKey: 'x'.repeat(20) });
    await expect(stranger.getBytes('tries', 10)).rejects.toThrow();
    stranger.close();
    expect(ofTheMeter(meter, ['sent'])).toEqual({ PutObject: 3 });
    expect(ofTheMeter(meter, ['refused'])).toEqual({ GetObject: 1 });
  });
});

import { randomUUID } from 'node:crypto';
import { testServices } from '@app/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MIN_PART_BYTES, ObjectExists, ObjectNotFound, S3MultipartUploads, S3ObjectStore, SigV4Presigner, StoreUnavailable } from './index.js';

const prefix = `multipart-${randomUUID()}/`;
let uploads: S3MultipartUploads;
let store: S3ObjectStore;
let presigner: SigV4Presigner;

beforeAll(() => {
  const options = { ...testServices().store, region: 'auto', maxAttempts: 1 };
  [uploads, store, presigner] = [new S3MultipartUploads(options), new S3ObjectStore(options), new SigV4Presigner(options)];
});
afterAll(async () => {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  await store.delete(keys);
  uploads.close();
  store.close();
});

async function put(key: string, uploadId: string, of: { number: number; bytes: Uint8Array; signedBytes?: number }): Promise<number> {
  const { url, headers } = presigner.presignPart(key, { uploadId, number: of.number, sizeBytes: of.signedBytes ?? of.bytes.length, expiresInSeconds: 60 });
  const sent = of.signedBytes === undefined ? headers : {};
  return (await fetch(url, { method: 'PUT', headers: sent, body: of.bytes as Uint8Array<ArrayBuffer> })).status;
}

describe('S3MultipartUploads', () => {
  it('lists the parts that others put, and makes one object of them, once', async () => {
    const key = `${prefix}whole`;
    const id = await uploads.begin(key, 'application/zip');
    expect(await uploads.parts(key, id)).toEqual([]);
    expect(await put(key, id, { number: 2, bytes: Buffer.from('end') })).toBe(200);
    expect(await put(key, id, { number: 1, bytes: Buffer.alloc(MIN_PART_BYTES, 'x') })).toBe(200);
    const parts = await uploads.parts(key, id);
    expect(parts.map(({ number, sizeBytes }) => [number, sizeBytes])).toEqual([[1, MIN_PART_BYTES], [2, 3]]);
    expect(await uploads.complete(key, id, parts)).toMatchObject({ key, sizeBytes: MIN_PART_BYTES + 3 });
    expect((await store.head(key))?.sizeBytes).toBe(MIN_PART_BYTES + 3);
    await expect(uploads.parts(key, id)).rejects.toBeInstanceOf(ObjectNotFound);
    // The URL of a part is worth nothing afterwards.
    expect(await put(key, id, { number: 1, bytes: Buffer.from('other') })).toBe(404);
  });

  it('takes no part of another size than the signed one', async () => {
    const key = `${prefix}size`;
    const id = await uploads.begin(key, 'application/zip');
    expect(await put(key, id, { number: 1, bytes: Buffer.from('four'), signedBytes: 5 })).toBe(403);
    expect(await uploads.parts(key, id)).toEqual([]);
    await uploads.abort(key, id);
    await uploads.abort(key, id);
    await expect(uploads.parts(key, id)).rejects.toBeInstanceOf(ObjectNotFound);
  });

  it('takes no other object\'s place, and no part that has not arrived', async () => {
    const key = `${prefix}taken`;
    await store.put(key, Buffer.from('first'));
    const id = await uploads.begin(key, 'application/zip');
    await put(key, id, { number: 1, bytes: Buffer.from('second') });
    const parts = await uploads.parts(key, id);
    await expect(uploads.complete(key, id, parts)).rejects.toBeInstanceOf(ObjectExists);
    await expect(uploads.complete(`${prefix}other`, id, parts)).rejects.toBeInstanceOf(ObjectNotFound);
    await expect(uploads.complete(key, id, [{ number: 1, sizeBytes: 6, etag: `"${'0'.repeat(32)}"` }])).rejects.toBeInstanceOf(StoreUnavailable);
    expect(Buffer.from(await store.getBytes(key, 100)).toString()).toBe('first');
    await uploads.abort(key, id);
  });
});

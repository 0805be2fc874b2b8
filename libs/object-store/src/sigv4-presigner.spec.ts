import { S3RequestPresigner } from '@aws-sdk/s3-request-presigner';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SigV4Presigner, WINDOW_SECONDS } from './sigv4-presigner.js';

const SETTINGS = { region: 'auto', bucket: 'vision', accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const NOW = new Date('2026-03-04T05:06:07Z');

/** What the SDK signs for the same request. */
async function bySdk(key: string, at: Date, request: { method: string; headers: Record<string, string>; query: Record<string, string>; expiresIn: number }): Promise<URL> {
  const presigner = new S3RequestPresigner({ region: SETTINGS.region, credentials: SETTINGS, sha256: Sha256 });
  const path = `/${[SETTINGS.bucket, ...key.split('/')].map((part) => encodeURIComponent(part).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)).join('/')}`;
  const signed = await presigner.presign(
    { method: request.method, protocol: 'http:', hostname: 'store.test', port: 9000, path, query: { ...request.query }, headers: { host: 'store.test:9000', ...request.headers } } as never,
    { expiresIn: request.expiresIn, signingDate: at, unhoistableHeaders: new Set(Object.keys(request.headers)), signableHeaders: new Set(['host', ...Object.keys(request.headers)]) },
  );
  return new URL(`http://store.test:9000${signed.path}?${Object.entries(signed.query ?? {}).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`).join('&')}`);
}

class Sha256 {
  private readonly chunks: Uint8Array[] = [];
  constructor(private readonly secret?: string | ArrayBuffer | ArrayBufferView) {}
  update(data: Uint8Array): void {
    this.chunks.push(typeof data === 'string' ? Buffer.from(data) : data);
  }
  async digest(): Promise<Uint8Array> {
    const { createHash, createHmac } = await import('node:crypto');
    const hash = this.secret === undefined ? createHash('sha256') : createHmac('sha256', typeof this.secret === 'string' ? this.secret : Buffer.from(this.secret as Uint8Array));
    for (const chunk of this.chunks) hash.update(chunk);
    return hash.digest();
  }
  reset(): void {
    this.chunks.length = 0;
  }
}

const segment = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).map((text) => text.replaceAll(/[/\u0000-\u001f]/g, '_'));
const keys = fc.array(segment, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));

describe('SigV4Presigner', () => {
  it('signs what the SDK signs, for any key', async () => {
    const presigner = new SigV4Presigner({ ...SETTINGS, endpoint: 'http://store.test:9000', now: () => NOW });
    await fc.assert(
      fc.asyncProperty(keys, fc.integer({ min: 1, max: 2 ** 40 }), async (key, sizeBytes) => {
        const put = presigner.presignPut(key, { sizeBytes, sha256: 'ab'.repeat(32), contentType: 'application/octet-stream', expiresInSeconds: 900 });
        const expected = await bySdk(key, NOW, { method: 'PUT', headers: { ...put.headers }, query: {}, expiresIn: 900 });
        expect(new URL(put.url).searchParams.get('X-Amz-Signature')).toBe(expected.searchParams.get('X-Amz-Signature'));
        expect(new URL(put.url).pathname).toBe(expected.pathname);
      }),
      { numRuns: 100 },
    );
  });

  it('signs reading as the SDK does, with a file name from anywhere', async () => {
    const presigner = new SigV4Presigner({ ...SETTINGS, endpoint: 'http://store.test:9000', now: () => NOW });
    await fc.assert(
      fc.asyncProperty(keys, segment, async (key, downloadName) => {
        const url = new URL(presigner.presignGet(key, { downloadName, contentType: 'image/png' }).url);
        const query = { 'response-content-disposition': url.searchParams.get('response-content-disposition') ?? '', 'response-content-type': 'image/png' };
        const date = url.searchParams.get('X-Amz-Date') ?? '';
        const at = new Date(date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
        const expected = await bySdk(key, at, { method: 'GET', headers: {}, query, expiresIn: 3600 });
        expect(url.searchParams.get('X-Amz-Signature')).toBe(expected.searchParams.get('X-Amz-Signature'));
      }),
      { numRuns: 100 },
    );
  });

  it('signs a part as the SDK does, for any key and any id of an upload', async () => {
    const presigner = new SigV4Presigner({ ...SETTINGS, endpoint: 'http://store.test:9000', now: () => NOW });
    await fc.assert(
      fc.asyncProperty(keys, segment, fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 2 ** 32 }), async (key, uploadId, number, sizeBytes) => {
        const part = presigner.presignPart(key, { uploadId, number, sizeBytes, expiresInSeconds: 3600 });
        expect(part.headers).toEqual({ 'content-length': String(sizeBytes) });
        const expected = await bySdk(key, NOW, { method: 'PUT', headers: { ...part.headers }, query: { partNumber: String(number), uploadId }, expiresIn: 3600 });
        expect(new URL(part.url).searchParams.get('X-Amz-Signature')).toBe(expected.searchParams.get('X-Amz-Signature'));
        expect(new URL(part.url).searchParams.get('uploadId')).toBe(uploadId);
      }),
      { numRuns: 100 },
    );
  });

  it('keeps the life of a PUT between one second and an hour, in whole seconds', () => {
    const presigner = new SigV4Presigner({ ...SETTINGS, endpoint: 'http://store.test:9000', now: () => NOW });
    const life = (expiresInSeconds: number): string | null => new URL(presigner.presignPut('k', { sizeBytes: 1, sha256: 'ab'.repeat(32), contentType: 'a/b', expiresInSeconds }).url).searchParams.get('X-Amz-Expires');
    expect([0, -5, 0.5, 59.9, 3600, 1e9].map(life)).toEqual(['1', '1', '1', '59', '3600', '3600']);
  });

  it('gives the same URL inside a window and another one behind it, each good for 45 minutes at least and an hour at most', () => {
    let now = NOW.getTime();
    const presigner = new SigV4Presigner({ ...SETTINGS, endpoint: 'http://store.test:9000', now: () => new Date(now) });
    const seen = new Set<string>();
    for (let second = 0; second < WINDOW_SECONDS * 4; second += 30) {
      now = NOW.getTime() + second * 1000;
      const { url, expiresAt } = presigner.presignGet('datasets/platform-a-00000001/images/000001.jpg');
      seen.add(url);
      const leftSeconds = (expiresAt.getTime() - now) / 1000;
      expect(leftSeconds).toBeGreaterThanOrEqual(45 * 60);
      expect(leftSeconds).toBeLessThanOrEqual(3600);
      expect(Number(new URL(url).searchParams.get('X-Amz-Expires'))).toBeLessThanOrEqual(3600);
    }
    expect(seen.size).toBeGreaterThanOrEqual(4);
    expect(seen.size).toBeLessThanOrEqual(5);
  });

  it('cannot be talked into a header by a file name', () => {
    const presigner = new SigV4Presigner({ ...SETTINGS, endpoint: 'http://store.test:9000', now: () => NOW });
    const { url } = presigner.presignGet('a/b', { downloadName: 'a".html\r\nX: y' });
    const disposition = new URL(url).searchParams.get('response-content-disposition') ?? '';
    expect(disposition).toMatch(/^attachment; filename="[^"\r\n]*"; filename\*=UTF-8''[A-Za-z0-9%._~-]*$/);
  });
});

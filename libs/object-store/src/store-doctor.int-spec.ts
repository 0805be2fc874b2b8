import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request as httpRequest, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startObjectStore, type LocalObjectStore } from '@app/local-services';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureBucketCors, S3ObjectStore, storeDoctor, type StoreCheck } from './index.js';

const WRITE = { accessKeyId: 'writer', secretAccessKey: 'w'.repeat(20) };
const READ = { accessKeyId: 'reader', secretAccessKey: 'r'.repeat(20) };
const PAGE = 'http://page.test';

let folder: string;
let server: LocalObjectStore;
const options = (): { endpoint: string; region: string; bucket: string; accessKeyId: string; secretAccessKey: string; maxAttempts: number } => ({ endpoint: server.endpoint, region: 'auto', bucket: 'vision', ...WRITE, maxAttempts: 1 });
const failed = (checks: readonly StoreCheck[]): string[] => checks.filter((check) => !check.ok).map((check) => check.name);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vision-store-'));
  server = await startObjectStore({ dataDirectory: folder, bucket: 'vision', credentials: [{ ...WRITE, mode: 'read-write' }, { ...READ, mode: 'read-only' }] });
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

/** A proxy that makes a sound store an unsound one; signatures hold, since the Host stays. */
async function unsound(change: (headers: IncomingHttpHeaders) => IncomingHttpHeaders): Promise<Server & { endpoint: string }> {
  const proxy = createServer((request, response) => {
    const onward = httpRequest({ port: server.port, method: request.method, path: request.url, headers: change({ ...request.headers }) }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward.on('error', () => response.destroy()));
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return Object.assign(proxy, { endpoint: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` });
}

describe('storeDoctor', () => {
  it('finds a sound store sound, and leaves nothing in it', async () => {
    expect(await ensureBucketCors(options(), [PAGE], 'set')).toBeNull();
    const checks = await storeDoctor({ store: options(), publicEndpoint: server.endpoint, readonlyCredential: READ, pageOrigins: [PAGE] });
    expect(failed(checks)).toEqual([]);
    expect(checks.length).toBe(10);
    const store = new S3ObjectStore(options());
    const left: string[] = [];
    for await (const { key } of store.list('')) left.push(key);
    store.close();
    expect(left).toEqual([]);
  });

  it('finds a reader that writes, a missing CORS rule and a store that is away', async () => {
    expect(failed(await storeDoctor({ store: options(), publicEndpoint: server.endpoint, readonlyCredential: WRITE, pageOrigins: [PAGE] }))).toEqual(['the read-only credential cannot write', 'CORS rules fit the page']);
    const away = await storeDoctor({ store: { ...options(), endpoint: 'http://127.0.0.1:9' }, publicEndpoint: 'http://127.0.0.1:9' });
    expect(away.every((check) => !check.ok)).toBe(true);
    expect(JSON.stringify(away)).not.toMatch(/Signature|wwww/);
  });

  it('finds a store that answers everybody', async () => {
    const open = createServer((request, response) => {
      request.resume();
      response.writeHead(200, { etag: '"e"' }).end('written by the store doctor');
    });
    await new Promise<void>((resolve) => open.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(open.address() as AddressInfo).port}`;
    const names = failed(await storeDoctor({ store: { ...options(), endpoint }, publicEndpoint: endpoint, readonlyCredential: READ }));
    open.closeAllConnections();
    await new Promise((resolve) => open.close(resolve));
    expect(names).toEqual(
      expect.arrayContaining(['a presigned PUT takes no other bytes', 'a presigned PUT works once', 'a presigned PUT takes no unsigned copy source', 'a changed or missing signature is refused', 'of two creates one wins', 'the read-only credential cannot write']),
    );
  });

  it('finds a store that cannot be written through its public address', async () => {
    const proxy = await unsound((headers) => ({ ...headers, host: 'elsewhere.test' }));
    const names = failed(await storeDoctor({ store: options(), publicEndpoint: proxy.endpoint }));
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
    expect(names).toContain('presigned PUT and GET work');
    expect(names).not.toContain('of two creates one wins');
  });
});

describe('ensureBucketCors', () => {
  it('says what is wrong in one sentence, and sets it right', async () => {
    expect(await ensureBucketCors(options(), [PAGE], 'check')).toBe('The bucket has no CORS rule: browsers cannot read from it.');
    expect(await ensureBucketCors(options(), [PAGE, 'http://other.test'], 'set')).toBeNull();
    expect(await ensureBucketCors(options(), [PAGE], 'check')).toMatch(/allow http:\/\/other\.test, which is not an origin/);
    expect(await ensureBucketCors(options(), [PAGE], 'set')).toBeNull();
    expect(await ensureBucketCors(options(), [PAGE, 'http://third.test'], 'check')).toMatch(/lack the method GET for http:\/\/third\.test/);
    expect(await ensureBucketCors({ ...options(), ...READ }, [PAGE], 'set')).toMatch(/may not set/);
    expect(await ensureBucketCors({ ...options(), endpoint: 'http://127.0.0.1:9' }, [PAGE], 'check')).toMatch(/does not answer/);
  });

  it('is what browsers are answered by, after a restart too, and for no other origin, method or header', async () => {
    await ensureBucketCors(options(), [PAGE], 'set');
    await server.close();
    server = await startObjectStore({ dataDirectory: folder, bucket: 'vision', credentials: [{ ...WRITE, mode: 'read-write' }] });
    const preflight = async (origin: string, method: string, headers: string): Promise<string | null> =>
      (await fetch(`${server.endpoint}/vision/k`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': headers } })).headers.get('access-control-allow-origin');
    expect(await preflight(PAGE, 'PUT', 'content-type,if-none-match,x-amz-checksum-sha256')).toBe(PAGE);
    expect(await preflight(PAGE, 'PUT', 'content-type,x-amz-acl')).toBeNull();
    expect(await preflight(PAGE, 'DELETE', '')).toBeNull();
    for (const origin of ['http://evil.test', 'null', 'http://page.test.evil', 'http://page.testx']) expect(await preflight(origin, 'PUT', 'content-type')).toBeNull();
  });
});

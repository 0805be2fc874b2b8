import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startObjectStore, type LocalObjectStore } from '@app/local-services';
import { startUnsoundStore, type PassingRequest, type StoreFault } from '@app/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBucketCors, S3ObjectStore, storeDoctor, storeIsFit, type StoreCheck, type StoreDoctorOptions } from '../index.js';

const WRITE = { accessKeyId: 'writer', secretAccessKey: 'w'.repeat(20) };
const READ = { accessKeyId: 'reader', secretAccessKey: 'r'.repeat(20) };
const PAGE = 'http://page.test';

let folder: string;
let server: LocalObjectStore;
const optionsAt = (endpoint: string): StoreDoctorOptions => ({
  store: { endpoint, region: 'auto', bucket: 'vision', ...WRITE, maxAttempts: 1 },
  publicEndpoint: endpoint,
  readonlyCredential: READ,
  pageOrigins: [PAGE],
});
const failed = (checks: readonly StoreCheck[]): string[] => checks.filter((check) => !check.ok).map((check) => check.id);

async function residue(): Promise<string[]> {
  const store = new S3ObjectStore(optionsAt(server.endpoint).store);
  const left: string[] = [];
  for await (const { key } of store.list('')) left.push(key);
  const open = await store.abortStaleUploads('', new Date(Date.now() + 60_000));
  store.close();
  return [...left, ...Array.from({ length: open }, () => 'open upload')];
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vision-doctor-'));
  server = await startObjectStore({ dataDirectory: folder, bucket: 'vision', credentials: [{ ...WRITE, mode: 'read-write' }, { ...READ, mode: 'read-only' }] });
  expect(await ensureBucketCors(optionsAt(server.endpoint).store, [PAGE], 'set')).toBeNull();
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

describe('storeDoctor', () => {
  it('finds a sound store sound, in about sixty checks, and leaves nothing in it', async () => {
    const checks = await storeDoctor(optionsAt(server.endpoint));
    expect(checks.filter((check) => !check.ok)).toEqual([]);
    expect(checks.length).toBeGreaterThanOrEqual(40);
    expect(new Set(checks.map((check) => check.id)).size).toBe(checks.length);
    expect(storeIsFit(checks)).toBe(true);
    expect(await residue()).toEqual([]);
  });

  it('leaves out what moves megabytes when it is to be quick, and what nothing was said of', async () => {
    server.resetStats();
    const { store, publicEndpoint } = optionsAt(server.endpoint);
    const ids = (await storeDoctor({ store, publicEndpoint, depth: 'quick' })).map((check) => check.id);
    expect(ids).not.toContain('ranged-copy');
    expect(ids.filter((id) => /^(cors|readonly)/.test(id))).toEqual([]);
    expect(Object.values(server.stats()).reduce((sum, one) => sum + one.bytesIn, 0)).toBeLessThan(2_000_000);
  });

  it('says of a store that is away one thing only, and no secret', async () => {
    const away = await storeDoctor({ ...optionsAt('http://127.0.0.1:9') });
    expect(failed(away)).toEqual(['reachable']);
    expect(away[0]?.advice).toMatch(/S3_ENDPOINT \(now http:\/\/127\.0\.0\.1:9\).*Object Read & Write/);
    expect(JSON.stringify(away)).not.toMatch(/Signature|wwww/);
  });
});

const isPresigned = (request: PassingRequest): boolean => request.signature.has('X-Amz-Signature');
const life = (request: PassingRequest): number => Number(request.signature.get('X-Amz-Expires'));
const ageSeconds = (request: PassingRequest): number => {
  const date = request.signature.get('X-Amz-Date')?.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z') ?? '';
  return (Date.now() - Date.parse(date)) / 1000;
};
const without = (request: PassingRequest, name: string): boolean => {
  if (!(name in request.headers)) return false;
  delete request.headers[name];
  return true;
};
/** Folds `..`, `//` and `%2e` in the path, as a file server would. */
const fold = (request: PassingRequest): boolean => {
  const folded = new URL(request.path.replace(/\/{2,}/g, '/'), 'http://x').pathname;
  const changes = folded !== request.path;
  request.path = folded;
  return changes;
};
/** An upload that lacks a part, or is empty, is made an object all the same. */
const completes = (request: PassingRequest, when: (xml: string) => boolean): boolean => {
  if (request.method !== 'POST' || !request.query.has('uploadId') || !when(request.body.toString())) return false;
  [request.method, request.body] = ['PUT', Buffer.from('made of nothing')];
  request.query.clear();
  return true;
};
const onlyGet = (request: PassingRequest): boolean => isPresigned(request) && request.method === 'GET';
const absentCredential = (request: PassingRequest): boolean => request.accessKeyId === '';

const addsUnsigned = (request: PassingRequest): boolean => request.headers['content-type'] === 'text/html' || ['x-amz-copy-source', 'x-amz-meta-doctor', 'x-amz-acl'].some((name) => name in request.headers);

function foldList(request: PassingRequest): boolean {
  const text = request.body.toString();
  if (request.method !== 'POST' || !text.includes('/x/../')) return false;
  request.body = Buffer.from(text.replaceAll('/x/../', '/'));
  for (const name of ['content-md5', 'x-amz-checksum-crc32', 'x-amz-sdk-checksum-algorithm']) without(request, name);
  return true;
}

/** An ACL that nobody signed opens the object to everybody. */
function published(): StoreFault {
  const open = new Set<string>();
  const request = (passing: PassingRequest): boolean => {
    if (without(passing, 'x-amz-acl')) open.add(passing.path);
    return open.has(passing.path);
  };
  return { request };
}

/** What is broken, the checks that must say so (and no other), and words of the advice. */
const FAULTS: readonly [string, StoreFault, readonly string[], RegExp][] = [
  ['expired GETs are good', { request: (r) => onlyGet(r) && life(r) > 0 && ageSeconds(r) > life(r) }, ['presigned-get-expired'], /1 to 604800/],
  ['expired PUTs are good', { request: (r) => r.method === 'PUT' && isPresigned(r) && life(r) > 0 && ageSeconds(r) > life(r) }, ['presigned-put-expired'], /1 to 604800/],
  ['URLs of a day ahead are good', { request: (r) => onlyGet(r) && ageSeconds(r) < -3_600 }, ['presigned-future'], /1 to 604800/],
  ['a life of nothing is good', { request: (r) => isPresigned(r) && life(r) === 0 }, ['presigned-life-zero'], /1 to 604800/],
  ['a life of years is good', { request: (r) => life(r) > 604_800 }, ['presigned-life-too-long'], /1 to 604800/],
  ['a negative life is good', { request: (r) => life(r) < 0 }, ['presigned-life-negative'], /1 to 604800/],
  ['no presigned GET works', { request: (r) => (onlyGet(r) && life(r) === 60 && Math.abs(ageSeconds(r)) < 30 ? 403 : false) }, ['presigned-life-short'], /S3_PUBLIC_ENDPOINT to the address/],
  ['everybody reads', { request: (r) => absentCredential(r) && r.method === 'GET' && r.path.includes('doctor') }, ['anonymous-get'], /Public access: disable/],
  ['an ACL needs no signature', published(), ['put-acl'], /Block public|signed headers/],
  ['everybody lists', { request: (r) => absentCredential(r) && r.method === 'GET' && r.query.has('list-type') }, ['anonymous-list'], /Block public access: on/],
  ['everybody writes', { request: (r) => absentCredential(r) && r.method === 'PUT' }, ['anonymous-put'], /"Principal": "\*"/],
  ['a signature may be missing', { request: (r) => r.accessKeyId !== '' && r.signature.has('X-Amz-Algorithm') && !isPresigned(r) }, ['signature-removed'], /compare the signature/],
  ['a URL writes that was to read', { request: (r) => r.method === 'DELETE' && isPresigned(r) }, ['signature-method-swap'], /compare the signature/],
  ['metadata needs no signature', { request: (r) => r.method === 'PUT' && r.headers['x-amz-meta-doctor'] !== undefined && without(r, 'if-none-match') }, ['put-metadata'], /signed headers/],
  ['a copy needs no signature', { request: (r) => r.method === 'PUT' && isPresigned(r) && r.headers['x-amz-copy-source'] !== undefined && !r.query.has('uploadId') }, ['put-copy-source'], /signed headers/],
  ['the type is whatever is sent', { request: (r) => r.method === 'PUT' && r.headers['content-type'] === 'text/html' }, ['put-type-signed'], /signed headers/],
  ['the length is whatever is sent', { request: (r) => r.method === 'PUT' && r.body.length === 54 && isPresigned(r) && without(r, 'x-amz-checksum-sha256') }, ['put-length-signed'], /signed headers/],
  ['checksums are not looked at', { request: (r) => r.method === 'PUT' && isPresigned(r) && r.body.toString().startsWith('WRITTEN') && r.headers['x-amz-copy-source'] === undefined && without(r, 'x-amz-checksum-sha256') }, ['put-bytes-signed'], /signed headers/],
  ['paths are folded', { request: (r) => r.method !== 'POST' && fold(r) }, ['key-dot-dot', 'key-encoded-dot-dot', 'key-double-slash', 'key-leading-slash', 'key-other-bucket'], /reaches other objects/],
  ['lists of keys are folded', { request: foldList }, ['key-delete-list'], /reaches other objects/],
  ['If-None-Match is ignored', { request: (r) => !addsUnsigned(r) && without(r, 'if-none-match') }, ['create-once-taken', 'presigned-put-once', 'create-race', 'complete-once'], /conditional writes/],
  ['If-Match is ignored', { request: (r) => without(r, 'if-match') }, ['if-match-other', 'if-match-absent'], /conditional writes/],
  ['If-Match never fits', { request: (r) => (r.headers['if-match'] === undefined ? false : 412) }, ['if-match'], /conditional writes/],
  ['a part may be missing', { request: (r) => completes(r, (xml) => xml.includes('<PartNumber>2<') && /0{32}/.test(xml)) }, ['multipart-missing-part'], /exactly the parts/],
  ['a part may be another', { request: (r) => completes(r, (xml) => !xml.includes('<PartNumber>2<') && /0{32}/.test(xml)) }, ['multipart-wrong-etag'], /exactly the parts/],
  ['an upload may be empty', { request: (r) => completes(r, (xml) => !xml.includes('<PartNumber>')) }, ['multipart-empty'], /exactly the parts/],
  ['parts may be small', { request: (r) => completes(r, (xml) => xml.includes('<PartNumber>2<') && !/0{32}/.test(xml) && new Set(xml.match(/[0-9a-f]{32}/g)).size === 1) }, ['multipart-too-small'], /exactly the parts/],
  ['an abort does nothing', { request: (r) => (r.method === 'DELETE' && r.query.has('uploadId') ? 204 : false) }, ['multipart-abort'], /s3:AbortMultipartUpload/],
  ['ranges are not copied', { request: (r) => (r.headers['x-amz-copy-source-range'] === undefined ? false : 501) }, ['ranged-copy'], /UploadPartCopy/],
  ['ranges are not read', { request: (r) => r.headers.range === 'bytes=8-9' && without(r, 'range') }, ['range-get'], /what is there now/],
  ['any range is good', { request: (r) => r.headers.range === 'bytes=27-' && without(r, 'range') }, ['range-outside'], /what is there now/],
  ['the size is wrong', { answer: (status, headers, r) => (r.method === 'HEAD' && status === 200 ? ((headers.etag = '"0"'), status) : status) }, ['head'], /what is there now/],
  ['pages may not read', { answer: (status, headers, r) => (r.method === 'GET' && status === 200 && delete headers['access-control-allow-origin'], status) }, ['cors-get'], /--set-cors.*\[\{"AllowedOrigins":\["http:\/\/page\.test"\]/],
  ['pages may not put', { request: (r) => (r.method === 'OPTIONS' ? 403 : false) }, ['cors-preflight-put'], /"AllowedMethods":\["GET","HEAD","PUT"\]/],
  ['the ETag is hidden', { answer: (status, headers) => (delete headers['access-control-expose-headers'], status) }, ['cors-put'], /"ExposeHeaders":\["ETag"\]/],
  ['refusals cannot be read', { answer: (status, headers) => (status === 403 && delete headers['access-control-allow-origin'], status) }, ['cors-refusal'], /--set-cors/],
  ['every page reads', { answer: (status, headers, r) => (r.method === 'GET' && (headers['access-control-allow-origin'] = '*'), status) }, ['cors-evil-get'], /--set-cors/],
  ['every page puts', { answer: (status, headers, r) => (r.method === 'OPTIONS' && (headers['access-control-allow-origin'] = r.headers.origin), r.method === 'OPTIONS' ? 200 : status) }, ['cors-evil-put'], /--set-cors/],
  ['the reader makes objects', { request: (r) => r.accessKeyId === 'reader' && r.method === 'PUT' && r.body.length > 0 }, ['readonly-no-create', 'readonly-no-overwrite'], /"Object Read only".*"s3:GetObject"/],
  ['the reader deletes', { request: (r) => r.accessKeyId === 'reader' && r.query.has('delete') }, ['readonly-no-delete'], /Object Read only/],
  ['the reader begins uploads', { request: (r) => r.accessKeyId === 'reader' && r.query.has('uploads') }, ['readonly-no-multipart'], /Object Read only/],
  ['the reader reads other buckets', { request: (r) => r.accessKeyId === 'reader' && r.path.startsWith('/vision-other') && ((r.path = '/vision/'), true) }, ['readonly-other-bucket'], /specific buckets only/],
  ['the reader reads nothing', { request: (r) => (r.accessKeyId === 'reader' && r.path.startsWith('/vision/') && r.method === 'GET' ? 403 : false) }, ['readonly-reads'], /Object Read only/],
  ['deleted objects stay', { request: (r) => (r.accessKeyId === 'writer' && r.method === 'POST' && r.query.has('delete') && r.body.toString().match(/<Key>/g)?.length === 1 && !r.body.toString().includes('/1<') ? 200 : false) }, ['list-after-delete'], /Object Read & Write/],
];

describe('storeDoctor on an unsound store', () => {
  it.each(FAULTS)('%s: says exactly that', async (_, fault, expected, advice) => {
    const unsound = await startUnsoundStore(server.port, WRITE, fault);
    const checks = await storeDoctor(optionsAt(unsound.endpoint));
    await unsound.close();
    expect(failed(checks)).toEqual(expected);
    for (const check of checks.filter((one) => !one.ok)) expect(check.advice).toMatch(advice);
    await residue();
  });
});

import type { IncomingHttpHeaders } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { checkCopyConditions, checkReadConditions, checkWriteConditions, rangeOf } from './conditions.js';
import type { ObjectRecord } from './object-catalogue.js';
import { payloadOf } from './payload.js';
import { S3Error } from './s3-error.js';
import { keptHeaders, MAX_PUT_BYTES, sendXml, type Exchange, type StoreContext } from './store-context.js';
import { elementsOf, textOf, unescapeXml, xmlDocument } from './xml.js';

const OVERRIDES = ['response-content-type', 'response-content-disposition', 'response-cache-control', 'response-content-encoding', 'response-content-language', 'response-expires'];
const MAX_DELETE_BODY_BYTES = 2_000_000;

export async function putObject(context: StoreContext, { request, response, url, key, signed }: Exchange): Promise<void> {
  const written = await context.blobs.write(payloadOf(request, url, signed), MAX_PUT_BYTES);
  const record: ObjectRecord = { segments: [written.segment], sizeBytes: written.segment.length, etag: written.md5, modified: Date.now(), headers: keptHeaders(request) };
  await commit(context, { key, record, headers: request.headers });
  response.writeHead(200, { etag: `"${record.etag}"`, 'content-length': 0 }).end();
}

/** Checks the write's conditions and makes it, nothing between. A refused one leaves no blob. */
async function commit(context: StoreContext, write: { key: string; record: ObjectRecord; headers: Exchange['request']['headers'] }): Promise<void> {
  try {
    await context.locks.run(write.key, async () => {
      checkWriteConditions(write.headers, context.catalogue.objects.get(write.key));
      await context.catalogue.put(write.key, write.record);
    });
  } catch (error) {
    await context.catalogue.dropUnreferenced(write.record.segments);
    throw error;
  }
}

export async function getObject(context: StoreContext, { request, response, url, key }: Exchange): Promise<void> {
  const record = context.catalogue.objects.get(key);
  if (record === undefined) throw new S3Error('NoSuchKey', 'The key is not there.');
  checkReadConditions(request.headers, record);
  const range = rangeOf(request.headers.range, record.sizeBytes);
  const { start, end } = range ?? { start: 0, end: record.sizeBytes - 1 };
  const headers: Record<string, string | number> = {
    'content-type': 'application/octet-stream',
    ...record.headers,
    etag: `"${record.etag}"`,
    'last-modified': new Date(record.modified).toUTCString(),
    'accept-ranges': 'bytes',
    'content-length': end - start + 1,
    // Whatever a user stored is never run as a page of this origin.
    'x-content-type-options': 'nosniff',
  };
  if (range !== null) headers['content-range'] = `bytes ${start}-${end}/${record.sizeBytes}`;
  Object.assign(headers, overridesOf(url));
  if (request.method === 'HEAD') {
    response.writeHead(range === null ? 200 : 206, headers).end();
    return;
  }
  const open = await context.catalogue.holding(record.segments, () => context.blobs.openRange(record.segments, { start, end }));
  try {
    response.writeHead(range === null ? 200 : 206, headers);
    await pipeline(Readable.from(open.bytes, { objectMode: false }), response);
  } finally {
    await open.close();
  }
}

/** They stand in the signed query, so nobody but the signer can set them. */
function overridesOf(url: URL): Record<string, string> {
  const overrides: Record<string, string> = {};
  for (const name of OVERRIDES) {
    const value = url.searchParams.get(name);
    if (value === null) continue;
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) throw new S3Error('InvalidArgument', `${name} cannot be a header.`);
    overrides[name.slice('response-'.length)] = value;
  }
  return overrides;
}

export async function deleteObject(context: StoreContext, { response, key }: Exchange): Promise<void> {
  await context.locks.run(key, () => context.catalogue.delete(key));
  response.writeHead(204).end();
}

export async function deleteObjects(context: StoreContext, exchange: Exchange): Promise<void> {
  const xml = (await gather(payloadOf(exchange.request, exchange.url, exchange.signed), MAX_DELETE_BODY_BYTES)).toString('utf8');
  // White space at the ends of a key is a part of it.
  const keys = elementsOf(xml, 'Object').map((one) => elementsOf(one, 'Key')[0]).map((key) => (key === undefined ? undefined : unescapeXml(key)));
  if (keys.length === 0 || keys.length > 1000 || keys.includes(undefined)) throw new S3Error('MalformedXML', 'One to 1000 keys are expected.');
  const named = keys.filter((key) => key !== undefined);
  for (const key of named) await context.locks.run(key, () => context.catalogue.delete(key));
  const quiet = textOf(xml, 'Quiet') === 'true';
  sendXml(exchange.response, 200, xmlDocument('DeleteResult', quiet ? {} : { Deleted: named.map((Key) => ({ Key })) }));
}

/** By reference: no byte is copied. */
export async function copyObject(context: StoreContext, { request, response, key }: Exchange): Promise<void> {
  const source = sourceOf(context, request.headers);
  const replaces = request.headers['x-amz-metadata-directive'] === 'REPLACE';
  const record: ObjectRecord = { ...source, modified: Date.now(), headers: replaces ? keptHeaders(request) : source.headers };
  await context.catalogue.holding(record.segments, () =>
    context.locks.run(key, async () => {
      checkWriteConditions(request.headers, context.catalogue.objects.get(key));
      await context.catalogue.put(key, record);
    }),
  );
  sendXml(response, 200, xmlDocument('CopyObjectResult', { ETag: `"${record.etag}"`, LastModified: new Date(record.modified).toISOString() }));
}

/** The object that a copy is made of: only of this bucket, and the one that is meant. */
export function sourceOf(context: StoreContext, headers: IncomingHttpHeaders): ObjectRecord {
  const [path] = String(headers['x-amz-copy-source'] ?? '').split('?');
  const decoded = decodeOr(path ?? '').replace(/^\//, '');
  const at = decoded.indexOf('/');
  if (decoded.slice(0, at) !== context.bucket) throw new S3Error('AccessDenied', 'The source lies in another bucket.');
  const source = context.catalogue.objects.get(decoded.slice(at + 1));
  if (source === undefined) throw new S3Error('NoSuchKey', 'The source is not there.');
  checkCopyConditions(headers, source);
  return source;
}

function decodeOr(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error('InvalidArgument', 'The source is not UTF-8.');
  }
}

/** A small body as a whole. */
export async function gather(body: AsyncIterable<Uint8Array>, mostBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > mostBytes) throw new S3Error('EntityTooLarge', 'The document is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

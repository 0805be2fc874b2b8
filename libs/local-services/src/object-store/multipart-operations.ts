import { createHash, randomBytes } from 'node:crypto';
import { checkWriteConditions } from './conditions.js';
import { cut } from './blob-files.js';
import type { MultipartUpload, UploadPart } from './object-catalogue.js';
import { gather, sourceOf } from './object-operations.js';
import { payloadOf } from './payload.js';
import { S3Error } from './s3-error.js';
import { keptHeaders, MAX_PUT_BYTES, sendXml, type Exchange, type StoreContext } from './store-context.js';
import { elementsOf, textOf, xmlDocument } from './xml.js';

const MIN_PART_BYTES = 5 * 1024 * 1024;
const MAX_PARTS = 10_000;
const MAX_COMPLETE_BODY_BYTES = 4_000_000;

export async function createUpload(context: StoreContext, { request, response, key }: Exchange): Promise<void> {
  const id = randomBytes(24).toString('base64url');
  await context.catalogue.begin(id, { key, headers: keptHeaders(request), initiated: Date.now() });
  sendXml(response, 200, xmlDocument('InitiateMultipartUploadResult', { Bucket: context.bucket, Key: key, UploadId: id }));
}

export async function uploadPart(context: StoreContext, exchange: Exchange): Promise<void> {
  const { request, response, url, signed } = exchange;
  const { id, number } = partOf(context, exchange);
  const written = await context.blobs.write(payloadOf(request, url, signed), MAX_PUT_BYTES);
  await keepPart(context, { id, number }, { segments: [written.segment], sizeBytes: written.segment.length, etag: written.md5, modified: Date.now() });
  response.writeHead(200, { etag: `"${written.md5}"`, 'content-length': 0 }).end();
}

/** By reference, a range too. */
export async function uploadPartCopy(context: StoreContext, exchange: Exchange): Promise<void> {
  const { id, number } = partOf(context, exchange);
  const source = sourceOf(context, exchange.request.headers);
  const range = copyRange(exchange.request.headers['x-amz-copy-source-range'], source.sizeBytes);
  const segments = cut(source.segments, range);
  const sizeBytes = range.end - range.start + 1;
  // A name for these bytes; like S3's, the tag of a part is opaque.
  const etag = createHash('md5').update(JSON.stringify(segments)).digest('hex');
  const part = { segments, sizeBytes, etag, modified: Date.now() };
  await context.catalogue.holding(segments, () => keepPart(context, { id, number }, part));
  sendXml(exchange.response, 200, xmlDocument('CopyPartResult', { ETag: `"${etag}"`, LastModified: new Date(part.modified).toISOString() }));
}

async function keepPart(context: StoreContext, at: { id: string; number: number }, part: UploadPart): Promise<void> {
  try {
    // Aborted or completed while the body came.
    if (!context.catalogue.uploads.has(at.id)) throw new S3Error('NoSuchUpload', 'The upload is not there.');
    await context.catalogue.part(at.id, at.number, part);
  } catch (error) {
    await context.catalogue.dropUnreferenced(part.segments);
    throw error;
  }
}

function partOf(context: StoreContext, exchange: Exchange): { id: string; number: number } {
  const { id } = uploadOf(context, exchange);
  const number = Number(exchange.url.searchParams.get('partNumber'));
  if (!Number.isInteger(number) || number < 1 || number > MAX_PARTS) throw new S3Error('InvalidArgument', `Part numbers go from 1 to ${MAX_PARTS}.`);
  return { id, number };
}

function uploadOf(context: StoreContext, { url, key }: Exchange): { id: string; upload: MultipartUpload } {
  const id = url.searchParams.get('uploadId') ?? '';
  const upload = context.catalogue.uploads.get(id);
  if (upload?.key !== key) throw new S3Error('NoSuchUpload', 'The upload is not there.');
  return { id, upload };
}

function copyRange(header: string | string[] | undefined, sizeBytes: number): { start: number; end: number } {
  if (header === undefined) return { start: 0, end: sizeBytes - 1 };
  const match = /^bytes=(\d+)-(\d+)$/.exec(String(header));
  const [start, end] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || start > end || end >= sizeBytes) throw new S3Error('InvalidRange', 'The range lies outside the source.');
  return { start, end };
}

export async function completeUpload(context: StoreContext, exchange: Exchange): Promise<void> {
  const { request, response, url, key, signed } = exchange;
  const { id, upload } = uploadOf(context, exchange);
  const xml = (await gather(payloadOf(request, url, signed), MAX_COMPLETE_BODY_BYTES)).toString('utf8');
  const parts = namedParts(upload, xml);
  checkSizes(parts, context.strictR2);
  const etag = `${createHash('md5').update(Buffer.concat(parts.map((part) => Buffer.from(part.etag, 'hex')))).digest('hex')}-${parts.length}`;
  const record = { segments: parts.flatMap((part) => [...part.segments]), sizeBytes: parts.reduce((sum, part) => sum + part.sizeBytes, 0), etag, modified: Date.now(), headers: upload.headers };
  // A part that is sent again meanwhile must not take these bytes away.
  await context.catalogue.holding(record.segments, () =>
    context.locks.run(key, async () => {
      uploadOf(context, exchange);
      checkWriteConditions(request.headers, context.catalogue.objects.get(key));
      await context.catalogue.complete(id, key, record);
    }),
  );
  sendXml(response, 200, xmlDocument('CompleteMultipartUploadResult', { Bucket: context.bucket, Key: key, ETag: `"${etag}"` }));
}

function namedParts(upload: MultipartUpload, xml: string): UploadPart[] {
  const named = elementsOf(xml, 'Part').map((part) => ({ number: Number(textOf(part, 'PartNumber')), etag: (textOf(part, 'ETag') ?? '').replaceAll('"', '') }));
  if (named.length === 0) throw new S3Error('MalformedXML', 'No part is named.');
  return named.map(({ number, etag }, index) => {
    if (number <= (named[index - 1]?.number ?? 0)) throw new S3Error('InvalidPartOrder', 'The parts are not in order.');
    const part = upload.parts.get(number);
    if (part?.etag !== etag) throw new S3Error('InvalidPart', `Part ${number} was not uploaded, or is another one.`);
    return part;
  });
}

function checkSizes(parts: readonly UploadPart[], strictR2: boolean): void {
  const others = parts.slice(0, -1);
  if (others.some((part) => part.sizeBytes < MIN_PART_BYTES)) throw new S3Error('EntityTooSmall', 'A part but the last is smaller than 5 MiB.');
  const size = parts[0]?.sizeBytes ?? 0;
  const last = parts.at(-1)?.sizeBytes ?? 0;
  if (strictR2 && (others.some((part) => part.sizeBytes !== size) || last > size)) throw new S3Error('InvalidPart', 'All non-trailing parts must have the same length.');
}

export async function abortUpload(context: StoreContext, exchange: Exchange): Promise<void> {
  await context.catalogue.abort(uploadOf(context, exchange).id);
  exchange.response.writeHead(204).end();
}

export function listParts(context: StoreContext, exchange: Exchange): void {
  const { id, upload } = uploadOf(context, exchange);
  const parts = [...upload.parts].sort(([left], [right]) => left - right);
  sendXml(
    exchange.response,
    200,
    xmlDocument('ListPartsResult', {
      Bucket: context.bucket,
      Key: upload.key,
      UploadId: id,
      IsTruncated: false,
      Part: parts.map(([number, part]) => ({ PartNumber: number, ETag: `"${part.etag}"`, Size: part.sizeBytes, LastModified: new Date(part.modified).toISOString() })),
    }),
  );
}

export function listUploads(context: StoreContext, { response, url }: Exchange): void {
  const prefix = url.searchParams.get('prefix') ?? '';
  const uploads = [...context.catalogue.uploads].filter(([, upload]) => upload.key.startsWith(prefix));
  sendXml(
    response,
    200,
    xmlDocument('ListMultipartUploadsResult', {
      Bucket: context.bucket,
      Prefix: prefix,
      IsTruncated: false,
      Upload: uploads.map(([id, upload]) => ({ Key: upload.key, UploadId: id, Initiated: new Date(upload.initiated).toISOString() })),
    }),
  );
}

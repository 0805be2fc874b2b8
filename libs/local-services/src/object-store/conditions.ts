import type { IncomingHttpHeaders } from 'node:http';
import type { ObjectRecord } from './object-catalogue.js';
import { S3Error } from './s3-error.js';

const matches = (header: string, etag: string): boolean =>
  header
    .split(',')
    .map((one) => one.trim().replace(/^W\//, '').replaceAll('"', ''))
    .some((one) => one === '*' || one === etag);

/** `If-Match` and `If-None-Match` of a write. */
export function checkWriteConditions(headers: IncomingHttpHeaders, present: ObjectRecord | undefined): void {
  const ifNoneMatch = headers['if-none-match'];
  const ifMatch = headers['if-match'];
  if (ifNoneMatch !== undefined && present !== undefined && matches(ifNoneMatch, present.etag)) throw new S3Error('PreconditionFailed', 'The object exists.');
  if (ifMatch !== undefined && present === undefined) throw new S3Error('NoSuchKey', 'There is no object to match.');
  if (ifMatch !== undefined && present !== undefined && !matches(ifMatch, present.etag)) throw new S3Error('PreconditionFailed', 'The object is another one.');
}

/** `x-amz-copy-source-if-match` of a copy. */
export function checkCopyConditions(headers: IncomingHttpHeaders, source: ObjectRecord): void {
  const ifMatch = headers['x-amz-copy-source-if-match'];
  if (ifMatch !== undefined && !matches(String(ifMatch), source.etag)) throw new S3Error('PreconditionFailed', 'The source is another one.');
}

/** The four conditions of a read, in the order of RFC 9110 section 13.2.2. */
export function checkReadConditions(headers: IncomingHttpHeaders, present: ObjectRecord): void {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch, 'if-modified-since': since, 'if-unmodified-since': unmodified } = headers;
  // HTTP dates have whole seconds.
  const modified = Math.floor(present.modified / 1000) * 1000;
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, present.etag)) throw new S3Error('PreconditionFailed');
  } else if (unmodified !== undefined && modified > Date.parse(unmodified)) throw new S3Error('PreconditionFailed');
  if (ifNoneMatch !== undefined) {
    if (matches(ifNoneMatch, present.etag)) throw new S3Error('NotModified', '', { etag: `"${present.etag}"` });
  } else if (since !== undefined && modified <= Date.parse(since)) throw new S3Error('NotModified', '', { etag: `"${present.etag}"` });
}

/** The bytes asked for, or null for all of them. A range that cannot be read as one is ignored, one beyond the end refused. */
export function rangeOf(header: string | undefined, sizeBytes: number): { readonly start: number; readonly end: number } | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (match === null || (match[1] === '' && match[2] === '')) return null;
  const suffix = match[1] === '';
  const start = suffix ? Math.max(0, sizeBytes - Number(match[2])) : Number(match[1]);
  const end = suffix || match[2] === '' ? sizeBytes - 1 : Math.min(Number(match[2]), sizeBytes - 1);
  if (start > end || start >= sizeBytes) throw new S3Error('InvalidRange', 'The range lies outside the object.', { 'content-range': `bytes */${sizeBytes}` });
  return { start, end };
}

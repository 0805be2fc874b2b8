import type { StoreContext, Exchange } from './store-context.js';
import { sendXml } from './store-context.js';
import { S3Error } from './s3-error.js';
import { firstNotBelow } from './sorted-keys.js';
import { xmlDocument, type XmlNode } from './xml.js';

const MAX_KEYS = 1_000;

interface Page {
  readonly contents: readonly string[];
  readonly prefixes: readonly string[];
  /** Last key or common prefix given out; null when that was all. */
  readonly next: string | null;
}

/** ListObjectsV2, in the order of UTF-8 bytes. */
export function listObjects(context: StoreContext, { response, url }: Exchange): void {
  const get = (name: string): string => url.searchParams.get(name) ?? '';
  const maxKeys = url.searchParams.has('max-keys') ? Number(get('max-keys')) : MAX_KEYS;
  if (!Number.isInteger(maxKeys) || maxKeys < 0) throw new S3Error('InvalidArgument', 'max-keys is not a number.');
  const token = get('continuation-token');
  const after = token === '' ? get('start-after') : Buffer.from(token, 'base64url').toString('utf8');
  const query = { prefix: get('prefix'), delimiter: get('delimiter'), after, limit: Math.min(maxKeys, MAX_KEYS) };
  const page = pageOf(context.catalogue.sortedKeys(), query);
  const shown = get('encoding-type') === 'url' ? (text: string): string => encodeURIComponent(text).replaceAll('%2F', '/') : (text: string): string => text;
  sendXml(
    response,
    200,
    xmlDocument('ListBucketResult', {
      Name: context.bucket,
      Prefix: shown(query.prefix),
      Delimiter: query.delimiter === '' ? undefined : shown(query.delimiter),
      MaxKeys: maxKeys,
      EncodingType: get('encoding-type') === 'url' ? 'url' : undefined,
      KeyCount: page.contents.length + page.prefixes.length,
      IsTruncated: page.next !== null,
      NextContinuationToken: page.next === null ? undefined : Buffer.from(page.next).toString('base64url'),
      Contents: page.contents.map((key) => contentOf(context, key, shown)),
      CommonPrefixes: page.prefixes.map((Prefix) => ({ Prefix: shown(Prefix) })),
    }),
  );
}

function contentOf(context: StoreContext, key: string, shown: (text: string) => string): XmlNode {
  const record = context.catalogue.objects.get(key);
  return { Key: shown(key), LastModified: new Date(record?.modified ?? 0).toISOString(), ETag: `"${record?.etag ?? ''}"`, Size: record?.sizeBytes ?? 0, StorageClass: 'STANDARD' };
}

export function pageOf(keys: readonly string[], query: { prefix: string; delimiter: string; after: string; limit: number }): Page {
  const contents: string[] = [];
  const prefixes: string[] = [];
  let last: string | null = null;
  for (let index = firstAfter(keys, isBelow(query.after, query.prefix) ? '' : query.after, query.prefix); index < keys.length; index += 1) {
    const key = keys[index] ?? '';
    if (!key.startsWith(query.prefix)) break;
    const common = commonPrefix(key, query);
    // A common prefix that the page before gave out covers all its keys.
    if (common !== null && (common === prefixes.at(-1) || (query.after !== '' && query.after.startsWith(common)))) continue;
    if (contents.length + prefixes.length >= query.limit) return { contents, prefixes, next: last };
    if (common === null) contents.push(key);
    else prefixes.push(common);
    last = common ?? key;
  }
  return { contents, prefixes, next: null };
}

function commonPrefix(key: string, query: { prefix: string; delimiter: string }): string | null {
  const at = query.delimiter === '' ? -1 : key.indexOf(query.delimiter, query.prefix.length);
  return at === -1 ? null : key.slice(0, at + query.delimiter.length);
}

/** Index of the first key behind `after` that may begin with the prefix. */
function firstAfter(keys: readonly string[], after: string, prefix: string): number {
  if (after === '') return firstNotBelow(keys, prefix);
  const at = firstNotBelow(keys, after);
  return keys[at] === after ? at + 1 : at;
}

const isBelow = (left: string, right: string): boolean => Buffer.compare(Buffer.from(left), Buffer.from(right)) < 0;

import { createHmac } from 'node:crypto';

/** Signature Version 4, by query. Source: AWS, "Authenticating Requests: Using Query Parameters". */
export const ALGORITHM = 'AWS4-HMAC-SHA256';
export const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD';

export interface SigningScope {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

const UNRESERVED_PATH = /^[\w.~/-]*$/;

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** The key of a day; cached by callers, since it costs four hashes. */
export function signingKey(scope: SigningScope, day: string): Buffer {
  return hmac(hmac(hmac(hmac(`AWS4${scope.secretAccessKey}`, day), scope.region), 's3'), 'aws4_request');
}

/** RFC 3986, as SigV4 wants it: all but unreserved characters. */
export function encodeRfc3986(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Keys of the product's own need no encoding, and they are most. */
export const encodePath = (path: string): string => (UNRESERVED_PATH.test(path) ? path : path.split('/').map(encodeRfc3986).join('/'));

/** `20260101T000000Z` */
export const amzDate = (date: Date): string => date.toISOString().replaceAll(/[-:]|\.\d{3}/g, '');

/** A request but for its path. */
export interface RequestShape {
  readonly method: string;
  /** Encoded, sorted by name. */
  readonly query: string;
  /** Lower-case name to trimmed value. */
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string;
}

/** Sorted `name=value` pairs. */
export function canonicalQuery(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${encodeRfc3986(name)}=${encodeRfc3986(value)}`)
    .sort()
    .join('&');
}

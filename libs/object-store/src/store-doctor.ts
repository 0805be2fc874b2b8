import { createHash, randomUUID } from 'node:crypto';
import { ensureBucketCors } from './bucket-cors.js';
import { objectKeys } from './object-keys.js';
import { MIN_PART_BYTES } from './part-plan.js';
import type { S3ClientOptions } from './s3-client.js';
import { S3ObjectStore } from './s3-object-store.js';
import { SigV4Presigner } from './sigv4-presigner.js';
import { ObjectExists, StoreAccessDenied } from './store-errors.js';

export interface StoreDoctorOptions {
  /** The store as this process reaches it, with the credential that writes. */
  readonly store: S3ClientOptions;
  /** The store as browsers and workers reach it; presigned URLs are tried there. */
  readonly publicEndpoint: string;
  /** The credential of training, which must not write. Left out: that check is not made. */
  readonly readonlyCredential?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Origins of the page. Left out: the bucket's CORS rules are not checked. */
  readonly pageOrigins?: readonly string[];
  /** Of one presigned request. 15 s. */
  readonly timeoutMilliseconds?: number;
}

export interface StoreCheck {
  readonly name: string;
  readonly ok: boolean;
  /** For the operator: what was seen. No secret, no signature. */
  readonly detail: string;
}

interface Patient {
  readonly store: S3ObjectStore;
  readonly presigner: SigV4Presigner;
  readonly options: StoreDoctorOptions;
  /** A fresh name under this run's own staging prefix; all are deleted at the end. */
  readonly freshKey: () => string;
}

/** Null: as it should be. A text: what was seen instead. */
type Check = (patient: Patient) => Promise<string | null>;

const TEXT = Buffer.from('written by the store doctor');
const OTHER_TEXT = Buffer.from('WRITTEN BY SOMEBODY ELSE...');
const TYPE = 'application/octet-stream';

/**
 * Tries on the real bucket what the product relies on, and removes what it wrote (under `staging/`). Never throws: a store that does not answer is
 * a failed check.
 */
export async function storeDoctor(options: StoreDoctorOptions): Promise<StoreCheck[]> {
  const store = new S3ObjectStore(options.store);
  const presigner = new SigV4Presigner({ ...options.store, endpoint: options.publicEndpoint });
  const keys: string[] = [];
  const freshKey = (): string => {
    const key = objectKeys.staging(`doctor-${randomUUID()}`);
    keys.push(key);
    return key;
  };
  const results: StoreCheck[] = [];
  for (const [name, check] of checksFor(options)) results.push(await examined(name, () => check({ store, presigner, options, freshKey })));
  results.push(await examined('leaves nothing behind', () => store.delete(keys).then(() => null)));
  store.close();
  return results;
}

function checksFor(options: StoreDoctorOptions): [string, Check][] {
  const checks: [string, Check][] = [
    ['presigned PUT and GET work', presignedWorks],
    ['a presigned PUT takes no other bytes', otherBytesRefused],
    ['a presigned PUT works once', secondPutRefused],
    ['a presigned PUT takes no unsigned copy source', copySourceRefused],
    ['a changed or missing signature is refused', signatureNeeded],
    ['of two creates one wins', oneCreateWins],
    ['ranges are copied inside the store', rangesCopied],
  ];
  if (options.readonlyCredential !== undefined) checks.push(['the read-only credential cannot write', readonlyCannotWrite]);
  if (options.pageOrigins !== undefined) checks.push(['CORS rules fit the page', ({ options: { store, pageOrigins } }) => ensureBucketCors(store, pageOrigins ?? [], 'check')]);
  return checks;
}

async function examined(name: string, check: () => Promise<string | null>): Promise<StoreCheck> {
  try {
    const problem = await check();
    return { name, ok: problem === null, detail: problem ?? 'as it should be' };
  } catch (error) {
    return { name, ok: false, detail: error instanceof Error ? error.message : 'failed' };
  }
}

const presignedPut = ({ presigner }: Patient, key: string): ReturnType<SigV4Presigner['presignPut']> =>
  presigner.presignPut(key, { sizeBytes: TEXT.length, sha256: createHash('sha256').update(TEXT).digest('hex'), contentType: TYPE, expiresInSeconds: 300 });

async function send({ options }: Patient, url: string, init: RequestInit = {}): Promise<{ readonly status: number; readonly text: string }> {
  const signal = AbortSignal.timeout(options.timeoutMilliseconds ?? 15_000);
  const answer = await fetch(url, { ...init, signal, redirect: 'manual' });
  return { status: answer.status, text: await answer.text() };
}

async function presignedWorks(patient: Patient): Promise<string | null> {
  const key = patient.freshKey();
  const { url, headers } = presignedPut(patient, key);
  const put = await send(patient, url, { method: 'PUT', body: TEXT, headers });
  if (put.status !== 200) return `the PUT was answered ${put.status}`;
  const got = await send(patient, patient.presigner.presignGet(key).url);
  return got.status === 200 && got.text === TEXT.toString() ? null : `the GET was answered ${got.status}`;
}

async function otherBytesRefused(patient: Patient): Promise<string | null> {
  const key = patient.freshKey();
  const { url, headers } = presignedPut(patient, key);
  const { status } = await send(patient, url, { method: 'PUT', body: OTHER_TEXT, headers });
  return status >= 400 && status < 500 && (await patient.store.head(key)) === null ? null : `other bytes were answered ${status}`;
}

async function secondPutRefused(patient: Patient): Promise<string | null> {
  const { url, headers } = presignedPut(patient, patient.freshKey());
  const put = async (): Promise<number> => (await send(patient, url, { method: 'PUT', body: TEXT, headers })).status;
  const statuses = [await put(), await put()];
  return statuses[0] === 200 && statuses[1] === 412 ? null : `the two PUTs were answered ${statuses.join(' and ')}`;
}

async function copySourceRefused(patient: Patient): Promise<string | null> {
  const [source, key] = [patient.freshKey(), patient.freshKey()];
  await patient.store.put(source, OTHER_TEXT);
  const { url, headers } = presignedPut(patient, key);
  const { status } = await send(patient, url, { method: 'PUT', body: TEXT, headers: { ...headers, 'x-amz-copy-source': `/${patient.options.store.bucket}/${source}` } });
  return status >= 400 && (await patient.store.head(key)) === null ? null : `it was answered ${status}`;
}

async function signatureNeeded(patient: Patient): Promise<string | null> {
  const key = patient.freshKey();
  await patient.store.put(key, TEXT);
  const { url } = patient.presigner.presignGet(key);
  const bare = url.split('?')[0] ?? url;
  const changed = url.replace(/(X-Amz-Signature=)(.)/, (_, name: string, digit: string) => `${name}${digit === '0' ? '1' : '0'}`);
  for (const [what, tried] of [['without a signature', bare], ['with another signature', changed], ['with a longer life', url.replace('X-Amz-Expires=3600', 'X-Amz-Expires=86400')]] as const) {
    const { status } = await send(patient, tried);
    // Some stores answer a request without any signature by 400 or 401.
    if (status < 400 || status >= 500) return `a GET ${what} was answered ${status}`;
  }
  return null;
}

async function oneCreateWins({ store, freshKey }: Patient): Promise<string | null> {
  const key = freshKey();
  const results = await Promise.allSettled([TEXT, OTHER_TEXT].map((bytes) => store.put(key, bytes, { onlyIfAbsent: true })));
  const won = results.filter((result) => result.status === 'fulfilled').length;
  const lost = results.filter((result) => result.status === 'rejected' && result.reason instanceof ObjectExists).length;
  return won === 1 && lost === 1 ? null : `${won} of 2 were accepted`;
}

async function rangesCopied({ store, freshKey }: Patient): Promise<string | null> {
  const [source, target] = [freshKey(), freshKey()];
  // More than 5 MiB: S3 copies no range of less.
  await store.put(source, Buffer.concat([TEXT, Buffer.alloc(MIN_PART_BYTES, 'x')]));
  const start = TEXT.length;
  await store.compose(target, [
    { kind: 'copy', key: source, range: { start, end: start + MIN_PART_BYTES - 1 } },
    { kind: 'bytes', bytes: TEXT },
  ]);
  const end = await store.getBytes(target, 1_000, { range: { start: MIN_PART_BYTES - 1 } });
  return Buffer.from(end).toString() === `x${TEXT.toString()}` ? null : 'the composed object has other bytes';
}

async function readonlyCannotWrite({ store, options, freshKey }: Patient): Promise<string | null> {
  const key = freshKey();
  await store.put(key, TEXT);
  const reader = new S3ObjectStore({ ...options.store, ...options.readonlyCredential });
  try {
    await reader.getBytes(key, 1_000);
    const tries = [() => reader.put(freshKey(), TEXT), () => reader.put(key, OTHER_TEXT), () => reader.delete([key])];
    for (const attempt of tries) {
      const outcome: unknown = await attempt().then(() => 'was accepted', (error: unknown) => error);
      if (!(outcome instanceof StoreAccessDenied)) return outcome === 'was accepted' ? 'a write was accepted' : 'a write failed for another reason than permission';
    }
    return null;
  } finally {
    reader.close();
  }
}

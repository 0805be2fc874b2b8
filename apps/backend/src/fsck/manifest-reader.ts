import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { ObjectStore } from '@app/object-store';
import { z } from 'zod';
import { linesOf } from '../platform/storage/lines-of.js';

const headSchema = z.object({ version: z.number(), content_hash: z.string(), zip: z.object({ key: z.string(), size_bytes: z.number(), sha256: z.string() }).nullable() });
const entrySchema = z.object({ file_name: z.string(), size_bytes: z.number(), crc32: z.string(), sha256: z.string() });

/** How a gzip begins. Source: RFC 1952, 2.3.1. */
const GZIP = Buffer.from([0x1f, 0x8b]);

export type ManifestHead = z.infer<typeof headSchema>;
export type ManifestEntry = z.infer<typeof entrySchema>;

export interface ReadManifest {
  /** Null: it is no manifest. */
  readonly head: ManifestHead | null;
  /** Null in the place of what cannot be read. */
  readonly entries: AsyncIterable<ManifestEntry | null>;
}

/** A manifest line by line, as it was written (one entry a line): memory holds one. */
export async function readManifest(store: ObjectStore, key: string): Promise<ReadManifest> {
  const { body } = await store.get(key);
  const lines = linesOf(unpacked(body))[Symbol.asyncIterator]();
  const first = await lines.next();
  const head = first.done === true ? null : parsed(`${first.value}]}`, headSchema);
  if (head === null) await lines.return();
  return { head, entries: head === null ? nothing() : entriesOf(lines) };
}

/** Packed ones and, as they were before, plain ones. What is damaged ends early, and has no last line then. */
async function* unpacked(body: Readable): AsyncGenerator<Uint8Array, void, void> {
  const chunks = (body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done === true) return;
  const all = Readable.from(joined(first.value, chunks), { objectMode: false });
  if (!GZIP.equals(first.value.subarray(0, GZIP.length))) return yield* all;
  const text = createGunzip();
  all.once('error', (error) => text.destroy(error));
  try {
    yield* all.pipe(text);
  } catch (error) {
    if (!isZlibError(error)) throw error;
  } finally {
    all.destroy();
  }
}

async function* joined(first: Uint8Array, more: AsyncIterator<Uint8Array>): AsyncIterable<Uint8Array> {
  try {
    yield first;
    for (let next = await more.next(); next.done !== true; next = await more.next()) yield next.value;
  } finally {
    await more.return?.();
  }
}

const isZlibError = (error: unknown): boolean => error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');

async function* entriesOf(lines: AsyncIterator<string>): AsyncIterable<ManifestEntry | null> {
  for (let line = await lines.next(); ; line = await lines.next()) {
    if (line.done === true) return yield null;
    if (line.value === ']}') return;
    yield parsed(line.value.replace(/,$/, ''), entrySchema);
  }
}

async function* nothing(): AsyncIterable<null> {
  yield* [];
  await Promise.resolve();
}

function parsed<T>(text: string, schema: z.ZodType<T>): T | null {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

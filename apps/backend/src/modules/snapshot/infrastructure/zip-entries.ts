import { createDeflateRaw, crc32 } from 'node:zlib';
import { Readable } from 'node:stream';
import type { PlannedEntry } from '@app/archive';
import type { ObjectStore } from '@app/object-store';
import type { SourceEntry } from '../application/ports/snapshot-source.port.js';

/** Small images are fetched ahead: one after the other, the store's answering time would be most of the build. */
const AHEAD = 8;
const MAX_AHEAD_BYTES = 1024 * 1024;

/** Entries with all that a zip must know before their first byte. */
export async function* plannedEntries(entries: AsyncIterable<SourceEntry>, store: ObjectStore): AsyncIterable<PlannedEntry> {
  const waiting: Promise<PlannedEntry>[] = [];
  try {
    for await (const entry of entries) {
      waiting.push(quiet(planned(entry, store)));
      // A text is read from the same place as the entries: it is written before the next of them is asked for.
      while (waiting.length > (entry.kind === 'object' ? AHEAD : 0)) yield await next(waiting);
    }
    while (waiting.length > 0) yield await next(waiting);
  } finally {
    await Promise.allSettled(waiting);
  }
}

/** Looked at when its turn comes. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

async function next(waiting: Promise<PlannedEntry>[]): Promise<PlannedEntry> {
  const first = waiting.shift();
  if (first === undefined) throw new Error('nothing is waiting');
  return first;
}

async function planned(entry: SourceEntry, store: ObjectStore): Promise<PlannedEntry> {
  switch (entry.kind) {
    case 'object':
      return objectEntry(entry, store);
    case 'bytes':
      return { name: entry.name, sizeBytes: entry.bytes.byteLength, crc32: crc32(entry.bytes), open: () => [entry.bytes] };
    case 'text':
      return textEntry(entry);
  }
}

async function objectEntry({ name, key, sizeBytes, crc32: crc }: Extract<SourceEntry, { kind: 'object' }>, store: ObjectStore): Promise<PlannedEntry> {
  if (sizeBytes > MAX_AHEAD_BYTES) return { name, sizeBytes, crc32: crc, open: () => bodyOf(store, key) };
  const bytes = await store.getBytes(key, sizeBytes);
  return { name, sizeBytes, crc32: crc, open: () => [bytes] };
}

async function* bodyOf(store: ObjectStore, key: string): AsyncIterable<Uint8Array> {
  const { body } = await store.get(key);
  const chunks: AsyncIterable<Uint8Array> = body;
  yield* chunks;
}

/** Read twice, once to measure and once to write: it can be larger than memory. */
async function textEntry({ name, open }: Extract<SourceEntry, { kind: 'text' }>): Promise<PlannedEntry> {
  let [sizeBytes, crc, deflatedBytes] = [0, 0, 0];
  const measured = async function* (): AsyncIterable<Uint8Array> {
    for await (const chunk of open()) {
      sizeBytes += chunk.byteLength;
      crc = crc32(chunk, crc);
      yield chunk;
    }
  };
  for await (const chunk of deflated(measured())) deflatedBytes += chunk.byteLength;
  return { name, sizeBytes, crc32: crc, deflatedBytes, open: () => deflated(open()) };
}

function deflated(text: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const source = Readable.from(text, { objectMode: false });
  const packed = createDeflateRaw();
  source.once('error', (error) => packed.destroy(error));
  packed.once('close', () => source.destroy());
  return source.pipe(packed);
}

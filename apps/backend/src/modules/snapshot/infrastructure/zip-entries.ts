import { crc32 } from 'node:zlib';
import { storedEntry, textEntry, workedAhead, zipEntry, type PlannedEntry, type Work } from '@app/archive';
import { DomainError } from '@app/kernel';
import type { ObjectStore } from '@app/object-store';
import type { SourceEntry, SourceImage } from '../application/ports/snapshot-source.port.js';
import { imageEntry } from './zip-plan.js';

/** Small images are fetched ahead: one after the other, the store's answering time would be most of the build. */
const AHEAD = 8;
const MAX_AHEAD_BYTES = 1024 * 1024;

/** Images with their headers as they stand in the zip; those that are fetched ahead are one piece each, because every piece is a wait more. */
export async function* imageChunks(images: AsyncIterable<readonly SourceImage[]>, store: ObjectStore, signal: AbortSignal): AsyncGenerator<Uint8Array, void, void> {
  for await (const image of workedAhead(fetches(images, store, signal), AHEAD)) {
    if (image instanceof Uint8Array) yield image;
    else yield* zipEntry(image, 0);
  }
}

async function* fetches(images: AsyncIterable<readonly SourceImage[]>, store: ObjectStore, signal: AbortSignal): AsyncIterable<Work<Uint8Array | PlannedEntry>> {
  for await (const batch of images) {
    for (const image of batch) {
      signal.throwIfAborted();
      yield { alone: false, run: () => fetched(image, store, signal) };
    }
  }
}

async function fetched(image: SourceImage, store: ObjectStore, signal: AbortSignal): Promise<Uint8Array | PlannedEntry> {
  const { key, sizeBytes } = image;
  if (key === null) throw new DomainError('unavailable', 'Some images of the dataset are still being unpacked.', { retryAfterSeconds: 5 });
  const entry = imageEntry(image);
  if (sizeBytes > MAX_AHEAD_BYTES) return { ...entry, open: () => bodyOf(store, key, signal) };
  return storedEntry(entry, [await store.getBytes(key, sizeBytes, { signal })]);
}

async function* bodyOf(store: ObjectStore, key: string, signal: AbortSignal): AsyncIterable<Uint8Array> {
  const { body } = await store.get(key, { signal });
  const chunks: AsyncIterable<Uint8Array> = body;
  yield* chunks;
}

/** What stands behind the images. */
export async function* labelEntries(entries: AsyncIterable<SourceEntry>): AsyncIterable<PlannedEntry> {
  for await (const entry of entries) {
    if (entry.kind === 'text') yield await textEntry(entry.name, entry.open);
    else yield { name: entry.name, sizeBytes: entry.bytes.byteLength, crc32: crc32(entry.bytes), open: () => [entry.bytes] };
  }
}

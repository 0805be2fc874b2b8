import { crc32 } from 'node:zlib';
import { EntryDiffers, storedEntry, textEntry, workedAhead, zipEntry, type PlannedEntry, type Work } from '@app/archive';
import { DomainError } from '@app/kernel';
import { ObjectNotFound, type ObjectStore } from '@app/object-store';
import type { SourceEntry, SourceImage } from '../application/ports/snapshot-source.port.js';
import { imageEntry } from './zip-plan.js';

/** Small images are fetched ahead: one after the other, the store's answering time would be most of the build. */
const AHEAD = 8;
const MAX_AHEAD_BYTES = 1024 * 1024;
const SHOWN_NAME = 64;

/** A large image, fetched when its turn comes. */
interface ImageEntry extends PlannedEntry {
  readonly image: SourceImage;
}

/** Names what must be set right, for whoever reads why the zip was not made. */
function damagedImage({ number, fileName }: SourceImage, cause: unknown): DomainError {
  const what = `Image ${number} (${fileName.slice(0, SHOWN_NAME)}) is not in the store any more as it was accepted.`;
  return new DomainError('state-conflict', `${what} Put its object back from a backup and ask for the zip again; or replace or remove the image, and make a new version.`, { cause });
}

/** Images with their headers as they stand in the zip; those that are fetched ahead are one piece each, because every piece is a wait more. */
export async function* imageChunks(images: AsyncIterable<readonly SourceImage[]>, store: ObjectStore, signal: AbortSignal): AsyncGenerator<Uint8Array, void, void> {
  for await (const image of workedAhead(fetches(images, store, signal), AHEAD)) {
    if (image instanceof Uint8Array) yield image;
    else yield* streamed(image);
  }
}

async function* fetches(images: AsyncIterable<readonly SourceImage[]>, store: ObjectStore, signal: AbortSignal): AsyncIterable<Work<Uint8Array | ImageEntry>> {
  for await (const batch of images) {
    for (const image of batch) {
      signal.throwIfAborted();
      yield { alone: false, run: () => fetched(image, store, signal) };
    }
  }
}

async function fetched(image: SourceImage, store: ObjectStore, signal: AbortSignal): Promise<Uint8Array | ImageEntry> {
  const { key, sizeBytes } = image;
  if (key === null) throw new DomainError('unavailable', 'Some images of the dataset are still being unpacked.', { retryAfterSeconds: 5 });
  const entry = imageEntry(image);
  if (sizeBytes > MAX_AHEAD_BYTES) return { ...entry, image, open: () => bodyOf(store, key, signal) };
  try {
    return storedEntry(entry, [await store.getBytes(key, sizeBytes, { signal })]);
  } catch (error) {
    throw namedDamage(image, error);
  }
}

async function* streamed(entry: ImageEntry): AsyncIterable<Uint8Array> {
  try {
    yield* zipEntry(entry, 0);
  } catch (error) {
    throw namedDamage(entry.image, error);
  }
}

/** It is gone, longer than it was, or has other bytes. */
function namedDamage(image: SourceImage, error: unknown): unknown {
  return error instanceof ObjectNotFound || error instanceof RangeError || error instanceof EntryDiffers ? damagedImage(image, error) : error;
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

import { crc32 } from 'node:zlib';
import { textEntry, workedAhead, type PlannedEntry, type Work } from '@app/archive';
import { DomainError } from '@app/kernel';
import { ObjectNotFound, type ObjectStore } from '@app/object-store';
import type { SourceEntry, SourceImage } from '../application/ports/snapshot-source.port.js';
import { imageEntry } from './zip-plan.js';

/** Small images are fetched ahead: one after the other, the store's answering time would be most of the build. */
const AHEAD = 8;
const MAX_AHEAD_BYTES = 1024 * 1024;
const SHOWN_NAME = 64;

/** An image whose bytes are fetched. */
export interface ImageEntry extends PlannedEntry {
  readonly image: SourceImage;
}

/** Names what must be set right, for whoever reads why the zip was not made. */
export function damagedImage({ number, fileName }: SourceImage, cause: unknown): DomainError {
  const what = `Image ${number} (${fileName.slice(0, SHOWN_NAME)}) is not in the store any more as it was accepted.`;
  return new DomainError('state-conflict', `${what} Put its object back from a backup and ask for the zip again; or replace or remove the image, and make a new version.`, { cause });
}

/** Images with the bytes that stand in the zip. */
export function imageEntries(images: AsyncIterable<SourceImage>, store: ObjectStore, signal: AbortSignal): AsyncIterable<ImageEntry> {
  return workedAhead(fetches(images, store, signal), AHEAD);
}

async function* fetches(images: AsyncIterable<SourceImage>, store: ObjectStore, signal: AbortSignal): AsyncIterable<Work<ImageEntry>> {
  for await (const image of images) {
    signal.throwIfAborted();
    yield { alone: false, run: () => fetched(image, store, signal) };
  }
}

async function fetched(image: SourceImage, store: ObjectStore, signal: AbortSignal): Promise<ImageEntry> {
  const { key, sizeBytes } = image;
  if (key === null) throw new DomainError('unavailable', 'Some images of the dataset are still being unpacked.', { retryAfterSeconds: 5 });
  const entry = { ...imageEntry(image), image };
  if (sizeBytes > MAX_AHEAD_BYTES) return { ...entry, open: () => bodyOf(store, key, signal) };
  const bytes = await smallBytes(store, image, { key, signal });
  return { ...entry, open: () => [bytes] };
}

async function smallBytes(store: ObjectStore, image: SourceImage, { key, signal }: { key: string; signal: AbortSignal }): Promise<Uint8Array> {
  try {
    return await store.getBytes(key, image.sizeBytes, { signal });
  } catch (error) {
    // It is gone, or longer than it was.
    throw error instanceof ObjectNotFound || error instanceof RangeError ? damagedImage(image, error) : error;
  }
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

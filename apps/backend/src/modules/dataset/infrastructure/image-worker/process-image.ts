import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { ObjectNotFound, type ObjectStore } from '@app/object-store';
import { decodeImage, UndecodableImage, type DecodedImage } from './decode-image.js';
import type { ImageFault, ImageJob, ImageOutcome, Phase } from './image-child-messages.js';

/** The API's limit of one image file, bytes: it is in memory while it is decoded. */
export const MAX_IMAGE_BYTES = 100_000_000;

export interface Processing {
  readonly store: Pick<ObjectStore, 'get' | 'put' | 'ping'>;
  readonly onPhase: (phase: Phase) => void;
  /** One image is decoded at a time, so that it is known which one costs. */
  readonly oneAtATime: <T>(work: () => Promise<T>) => Promise<T>;
}

/** A verdict over the image, on its way out. */
class Fault extends Error {
  constructor(
    readonly fault: ImageFault,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Reads, checks, decodes and writes thumbnail and preview. Never throws. */
export async function processImage(job: ImageJob, on: Processing): Promise<ImageOutcome> {
  try {
    on.onPhase('reading');
    const { bytes, crc } = await readOriginal(job, on.store);
    const image = await on.oneAtATime(() => {
      on.onPhase('decoding');
      return decodeImage(bytes);
    });
    on.onPhase('writing');
    checkSize(job, image);
    await Promise.all([
      on.store.put(job.thumbnailKey, image.thumbnail, { contentType: 'image/webp' }),
      on.store.put(job.previewKey, image.preview, { contentType: 'image/webp' }),
    ]);
    const { width, height, orientation, channels } = image;
    return { kind: 'made', crc32: crc, width, height, orientation, channels };
  } catch (error) {
    return outcomeOf(error, on.store);
  }
}

async function readOriginal(job: ImageJob, store: Pick<ObjectStore, 'get'>): Promise<{ bytes: Uint8Array; crc: number }> {
  if (job.sizeBytes > MAX_IMAGE_BYTES) throw new Fault('image-too-large', `The file has ${job.sizeBytes} bytes; at most ${MAX_IMAGE_BYTES} are decoded.`);
  const object = await store.get(job.key);
  const hash = createHash('sha256');
  const bytes = Buffer.alloc(job.sizeBytes);
  let [size, crc] = [0, 0];
  for await (const chunk of object.body as AsyncIterable<Uint8Array>) {
    if (size + chunk.byteLength > job.sizeBytes) throw changed();
    bytes.set(chunk, size);
    size += chunk.byteLength;
    hash.update(chunk);
    crc = crc32(chunk, crc);
  }
  if (size !== job.sizeBytes || hash.digest('hex') !== job.sha256 || (job.crc32 !== null && crc !== job.crc32)) throw changed();
  return { bytes, crc };
}

const changed = (): Fault => new Fault('image-changed', 'The stored file does not have the bytes any more that were taken in.');

/** A header that was read has said what the labels are drawn on: a decoder that sees another size has the last word on the image, not on the labels. */
function checkSize(job: ImageJob, image: DecodedImage): void {
  if (job.width === 0 || job.height === 0) return;
  if (job.width === image.width && job.height === image.height) return;
  throw new Fault('image-size-differs', `The image is decoded to ${image.width} x ${image.height} pixels, its header and its labels say ${job.width} x ${job.height}.`);
}

async function outcomeOf(error: unknown, store: Pick<ObjectStore, 'ping'>): Promise<ImageOutcome> {
  if (error instanceof Fault) return { kind: 'broken', fault: error.fault, message: error.message };
  if (error instanceof UndecodableImage) return { kind: 'broken', fault: 'image-broken', message: error.message };
  if (error instanceof ObjectNotFound && (await canBeUsed(store))) return { kind: 'broken', fault: 'image-missing', message: 'The file is not in the store any more.' };
  return { kind: 'postponed', message: error instanceof Error ? error.message : String(error) };
}

/** A bucket that is gone answers as an object that is gone does; it says nothing about the image. */
async function canBeUsed(store: Pick<ObjectStore, 'ping'>): Promise<boolean> {
  try {
    await store.ping();
    return true;
  } catch {
    return false;
  }
}

import { DomainError } from '@app/kernel';
import { ObjectNotFound, StoreAccessDenied, StoreUnavailable, type ObjectStore } from '@app/object-store';
import { backoffMilliseconds, pause } from '../pause.js';
import { reasonOf, type TrainingLog } from '../training-log.js';

export interface ObjectStreamOptions {
  readonly signal: AbortSignal;
  readonly log: TrainingLog;
  /** Breaks in a row without a byte in between before it is given up. 5: with the pauses about 15 s. */
  readonly maxBreaks?: number;
  readonly firstPauseMilliseconds?: number;
}

type Readable = Pick<ObjectStore, 'get'>;

/** Reads an object of known size front to back; where the connection breaks it goes on at the same byte. Yields exactly `sizeBytes` or throws. */
export async function* objectStream(store: Readable, object: { readonly key: string; readonly sizeBytes: number }, options: ObjectStreamOptions): AsyncGenerator<Uint8Array> {
  let at = 0;
  let breaks = 0;
  while (at < object.sizeBytes) {
    const before = at;
    try {
      for await (const chunk of rangeOf(store, { ...object, start: at }, options.signal)) {
        at += chunk.byteLength;
        yield chunk;
      }
      if (at < object.sizeBytes) throw new StoreUnavailable(new Error(`the stream ended after ${at} of ${object.sizeBytes} bytes`));
    } catch (error) {
      options.signal.throwIfAborted();
      if (isFinal(error)) throw error;
      breaks = at > before ? 1 : breaks + 1;
      if (breaks > (options.maxBreaks ?? 5)) throw error instanceof DomainError ? error : new StoreUnavailable(error);
      options.log.warn(`reading from the store broke at byte ${at} of ${object.sizeBytes}: ${reasonOf(error)}`);
      await pause(backoffMilliseconds(breaks - 1, { firstMilliseconds: options.firstPauseMilliseconds ?? 500, mostMilliseconds: 8_000 }), options.signal);
    }
  }
}

async function* rangeOf(store: Readable, object: { key: string; sizeBytes: number; start: number }, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  // A whole object is read without a range: some stores answer those from a cache.
  const { body } = await store.get(object.key, { signal, ...(object.start === 0 ? {} : { range: { start: object.start, end: object.sizeBytes - 1 } }) });
  let left = object.sizeBytes - object.start;
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      const part = chunk.byteLength > left ? chunk.subarray(0, left) : chunk;
      left -= part.byteLength;
      if (part.byteLength > 0) yield part;
      // Longer than the grant says: the checksum decides over what was read, the rest is not of interest.
      if (left === 0) return;
    }
  } finally {
    body.destroy();
  }
}

const isFinal = (error: unknown): boolean => error instanceof ObjectNotFound || error instanceof StoreAccessDenied;

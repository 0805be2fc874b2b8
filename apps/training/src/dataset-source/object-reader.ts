import { DomainError } from '@app/kernel';
import { ObjectNotFound, StoreAccessDenied, StoreUnavailable, type ObjectStore } from '@app/object-store';
import { backoffMilliseconds, pause } from '../pause.js';
import { reasonOf, type TrainingLog } from '../training-log.js';

export interface ObjectReaderOptions {
  readonly signal: AbortSignal;
  readonly log: TrainingLog;
  /** Breaks in a row without a byte in between before it is given up. 5: with the pauses about 15 s. */
  readonly maxBreaks?: number;
  readonly firstPauseMilliseconds?: number;
}

/** The object is another one than at the first read. */
export class ObjectChanged extends Error {}

/**
 * Reads an object of known size; where the connection breaks it goes on at the same byte. All reads are of one state of the object: its
 * ETag must not change between them, so that a directory read beforehand belongs to the bytes that are hashed.
 */
export class ObjectReader {
  private etag: string | null = null;

  constructor(
    private readonly store: Pick<ObjectStore, 'get'>,
    private readonly object: { readonly key: string; readonly sizeBytes: number },
    private readonly options: ObjectReaderOptions,
  ) {}

  /** Exactly the object's size, or an error. */
  stream(): AsyncGenerator<Uint8Array> {
    return this.range({ start: 0, end: this.object.sizeBytes });
  }

  /** Bytes from `start` up to, not including, `end`. */
  async *range(range: { readonly start: number; readonly end: number }): AsyncGenerator<Uint8Array> {
    let at = range.start;
    let breaks = 0;
    while (at < range.end) {
      const before = at;
      try {
        for await (const chunk of this.piece({ start: at, end: range.end })) {
          at += chunk.byteLength;
          yield chunk;
        }
        if (at < range.end) throw new StoreUnavailable(new Error(`the stream ended at byte ${at} of ${range.end}`));
      } catch (error) {
        breaks = at > before ? 1 : breaks + 1;
        await this.pauseOrGiveUp(error, { at, breaks });
      }
    }
  }

  private async pauseOrGiveUp(error: unknown, broken: { readonly at: number; readonly breaks: number }): Promise<void> {
    const { signal, log, maxBreaks = 5, firstPauseMilliseconds = 500 } = this.options;
    signal.throwIfAborted();
    if (error instanceof ObjectNotFound || error instanceof StoreAccessDenied || error instanceof ObjectChanged) throw error;
    if (broken.breaks > maxBreaks) throw error instanceof DomainError ? error : new StoreUnavailable(error);
    log.warn(`reading from the store broke at byte ${broken.at} of ${this.object.sizeBytes}; it goes on from there`);
    log.debug(`${this.object.key}: ${reasonOf(error)}`);
    await pause(backoffMilliseconds(broken.breaks - 1, { firstMilliseconds: firstPauseMilliseconds, mostMilliseconds: 8_000 }), signal);
  }

  private async *piece(range: { readonly start: number; readonly end: number }): AsyncGenerator<Uint8Array> {
    const { key, sizeBytes } = this.object;
    // A whole object is read without a range: some stores answer those from a cache.
    const isWhole = range.start === 0 && range.end === sizeBytes;
    const { body, etag } = await this.store.get(key, { signal: this.options.signal, ...(isWhole ? {} : { range: { start: range.start, end: range.end - 1 } }) });
    let left = range.end - range.start;
    try {
      this.pin(etag);
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

  private pin(etag: string): void {
    this.etag ??= etag;
    if (this.etag !== etag) throw new ObjectChanged('the object was replaced while it was read');
  }
}
